/// The example of the documentation, with its placeholders filled in.
let documentedExample = """
    listen:                          # UDP and TCP unless `transport` says otherwise: udp, tcp, tls, https
      - { address: 127.0.0.1, port: 5300 }
    workers: auto                    # threads answering queries
    access: { allow: [127.0.0.0/8, "::1/128"] }        # anyone else gets REFUSED with EDE 18
    state-directory: /var/lib/afterglow                # default: $STATE_DIRECTORY, else $XDG_STATE_HOME/afterglow, else ~/.local/state/afterglow
    resolver:
      root-hints: FILE               # built in when absent
      upstream-port: 53              # for laboratories
      do-not-query: []               # addresses never asked as name servers, e.g. 127.0.0.0/8
      special-use-names: true        # answer RFC 6761 and 6303 names here
      qname-minimisation: relaxed    # relaxed | strict | off
      case-randomisation: true
      ipv4: true
      ipv6: auto                     # true | false | auto
      query-budget: 200              # upstream queries per client query
      client-deadline: 1.8s          # after which a fallback answers; the resolution goes on behind it
    dnssec: { mode: validate, trust-anchors: FILE, negative-anchors: [], sha1: false, rsa-minimum-bits: 1024 }   # validate | off
                                     # trust-anchors: DS or DNSKEY records as zone text; built in when absent
    cache: { memory: 256MiB, stale-for: 3d, stale-ttl: 30s, prefetch: true, snapshot: true }
    zones:                           # local copies; see zones/
      - name: virginmedia.com
        file: zones/virginmedia.com.zone       # or: primaries: [{ address: …, tsig: … }] for AXFR/IXFR with NOTIFY
        use: fallback                # fallback: only when its name servers cannot be reached | always: answered from here first
      - name: example.com
        primaries:
          - { address: 192.0.2.1, tsig: transfer-key }
          - { address: 192.0.2.2, port: 5353, tsig: { name: other-key, algorithm: hmac-sha512, secret-file: other.secret } }
        expire: never                # or a duration such as 14d; absent: as the SOA record says
        size-limit: 1GiB             # octets that a transfer may bring
    tsig-keys:
      - { name: transfer-key, algorithm: hmac-sha256, secret: c2VjcmV0IG9mIDE2IG9jdA== }
    forward: [{ name: corp.example, to: [192.0.2.53], first: false }]
    routing:
      tables: [{ file: ip2asn-combined.tsv, format: iptoasn }]    # iptoasn | pfx2as | mmdb | mrt
      names: FILE                    # AS names, "ASN<tab>name"
      origin-dns: { v4: origin.asn.cymru.com, v6: origin6.asn.cymru.com, as: asn.cymru.com }   # used for what no table covers; `off` to disable
      bgp: { listen: { address: 127.0.0.1, port: 179 }, asn: 64512, router-id: 192.0.2.1, neighbours: [{ address: 192.0.2.2, asn: 64513 }] }
      bmp: { listen: { address: 127.0.0.1, port: 11019 } }
    reachability:
      database: reachability.sqlite  # in the state directory; or postgres://…
      bucket: 60s
      retention: { observations: 30d, outages: forever, size: 2GiB }
      probes: { per-network-per-hour: 20 }   # 0 turns active confirmation off
    http: { listen: { address: 127.0.0.1, port: 8053 } }          # page, API, /metrics; `off` for none
    log: { level: info, format: text }                             # text | json, to standard error
    """
