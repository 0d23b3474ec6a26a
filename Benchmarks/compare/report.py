"""The figures as Markdown tables and as an SVG chart."""

from statistics import median

OWN = "Afterglow"
BUSY = "Afterglow, busy-poll: 50us"
FLOOR = "echo"


def best_peer(figures, name, more_is_better=False):
    """The best figure of those that are not ours: (resolver, figure), or None."""
    known = [
        (values[name], resolver) for resolver, values in figures.items()
        if resolver not in (OWN, BUSY, FLOOR) and values.get(name)]
    if not known:
        return None
    value, resolver = max(known) if more_is_better else min(known)
    return resolver, value


def medians(turns):
    """One figure each from the turns' figures; None where no turn has one."""
    names = {name for turn in turns for name in turn}
    result = {}
    for name in names:
        values = [turn[name] for turn in turns if turn.get(name) is not None]
        result[name] = median(values) if values else None
    return result


def shown(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def table(row, figures):
    """A row's figures; below them the ratio to the best peer, the aim, and that to the floor."""
    names = [name for name in row.figures if any(name in values for values in figures.values())]
    names += sorted({name for values in figures.values() for name in values} - set(names))
    lines = [f"### {row.title}", "", "| | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    for resolver, values in figures.items():
        lines.append(f"| {resolver} | " + " | ".join(shown(values.get(name)) for name in names) + " |")
    own = figures.get(OWN, {})
    ratios = {name: ratio(own, figures, name) for name in names if row.figures.get(name)}
    if any(ratios.values()):
        cells = [shown(ratios.get(name)) for name in names]
        lines.append("| **Afterglow to the best peer** | " + " | ".join(cells) + " |")
        cells = [f"≤ {row.figures[name]}" if row.figures.get(name) else "" for name in names]
        lines.append("| aim | " + " | ".join(cells) + " |")
    floor = figures.get(FLOOR, {})
    if floor and own:
        cells = [
            shown(own[name] / floor[name]) if own.get(name) and floor.get(name) else "" for name in names]
        aim = f", aim ≤ {row.floor_aim}" if row.floor_aim else ""
        lines.append(f"| Afterglow to the echo{aim} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def ratio(own, figures, name):
    best = best_peer(figures, name)
    return own[name] / best[1] if best and own.get(name) else None


def chart(results, rows):
    """Bars of each resolver's figure over the best peer's, one group for each figure that has an aim."""
    groups = []
    for key, figures in results.items():
        for name, aim in rows[key].figures.items():
            best = best_peer(figures, name)
            if not aim or not best:
                continue
            bars = [(r, v[name] / best[1]) for r, v in figures.items() if r != FLOOR and v.get(name)]
            groups.append((f"{rows[key].title}: {name}", aim, bars))
    height = 60 + sum(26 + 16 * len(bars) for _, _, bars in groups)
    scale, left = 160, 150
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}" font-family="sans-serif"'
        ' font-size="11">', '<rect width="100%" height="100%" fill="white"/>',
        '<text x="10" y="20" font-size="13">Cost as a multiple of the best peer&#8217;s; less is better; '
        "the mark is the aim</text>"]
    top = 36
    for title, aim, bars in groups:
        parts.append(f'<text x="10" y="{top + 12}" font-weight="bold">{title}</text>')
        top += 18
        for resolver, value in bars:
            width = min(value, 3.5) * scale
            colour = "#c2410c" if resolver == OWN else "#94a3b8"
            parts.append(f'<text x="{left - 6}" y="{top + 10}" text-anchor="end">{resolver}</text>')
            parts.append(f'<rect x="{left}" y="{top}" width="{width:.1f}" height="12" fill="{colour}"/>')
            parts.append(f'<text x="{left + width + 4:.1f}" y="{top + 10}">{value:.2f}</text>')
            top += 16
        line = left + aim * scale
        begin = top - 16 * len(bars)
        parts.append(f'<path d="M{line:.1f} {begin - 2}V{top - 2}" stroke="black" stroke-dasharray="3 2"/>')
        top += 8
    return "\n".join(parts + ["</svg>"]) + "\n"
