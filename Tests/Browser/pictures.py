"""Takes the README's pictures of the page: runs the demonstration and looks at its page with Chromium.

    python3 pictures.py .build/release/afterglow docs
"""
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

from devtools import Browser

PATIENCE = 180


def outages(base):
    with urllib.request.urlopen(base + "api/v1/outages?asn=5089", timeout=5) as reply:
        return json.load(reply)["items"]


def wait(happens, what):
    deadline = time.time() + PATIENCE
    while time.time() < deadline:
        try:
            if happens():
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit(f"the demonstration never came to this: {what}")


def main():
    binary, folder = sys.argv[1:]
    with tempfile.TemporaryDirectory() as state, open(f"{state}/out", "w+") as output, Browser() as browser:
        demo = subprocess.Popen([binary, "demo", "--keep", "--directory", f"{state}/log"], stdout=output)
        try:
            text = lambda: open(output.name).read()
            wait(lambda: re.search(r"http://127[.0-9:]+/", text()), "it names its page")
            base = re.search(r"http://127[.0-9:]+/", text()).group()
            wait(lambda: any(o["zones_lost"] and o["fallback_used"]["stale"] > 20 for o in outages(base) if not o["end"]),
                 "clients get stale data in an outage")
            browser.call("Emulation.setScrollbarsHidden", hidden=True)
            browser.look(width=1000, height=620)
            browser.open(base)
            browser.picture(f"{folder}/page-now.png")
            wait(lambda: "  afterglow networks" in text(), "its end")
            browser.look(width=1000, height=620, dark=True)
            browser.open(base + "audit?zone=virginmedia.com")
            browser.run("document.querySelector('main h2').scrollIntoView()")
            browser.picture(f"{folder}/page-audit.png")
        finally:
            demo.terminate()
            demo.wait(30)


main()
