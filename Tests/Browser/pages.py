"""Looks at the pages as people do: with a keyboard, on a phone, in the dark, without scripts, on paper. Prints what is wrong, a
line each; with a folder as second argument it leaves pictures there.

    python3 pages.py http://127.0.0.1:8053 /as/5089 /zones/example … [--pictures FOLDER]
"""
import sys
import time

from devtools import Browser

CONTRAST = """
(() => {
  const parse = text => { const n = (text.match(/[\\d.]+/g) || []).map(Number); return n.length < 4 ? [...n, 1] : n };
  const light = c => { const f = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]) };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05) };
  const ground = element => {
    const svg = element.closest("svg");
    if (svg) return parse(getComputedStyle(svg.querySelector(".paper")).fill);
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] > 0) return c;
    }
    return [255, 255, 255, 1];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE", "TITLE", "DESC"].includes(element.tagName.toUpperCase())) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden" || !element.getClientRects().length) continue;
    seen++;
    const ink = parse(element.closest("svg") ? style.fill : style.color);
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    const found = ratio(ink, ground(element));
    if (found < (isLarge ? 3 : 4.5)) bad.push(`${found.toFixed(2)} ${element.tagName}.${element.getAttribute("class")} ${walker.currentNode.data.trim().slice(0, 30)}`);
  }
  return { seen, bad: [...new Set(bad)] };
})()
"""

STRUCTURE = """
(() => {
  const wrong = [];
  const say = (isRight, what) => { if (!isRight) wrong.push(what) };
  say(document.documentElement.lang === "en", "no language");
  say(document.title.endsWith("Afterglow"), "title " + document.title);
  say(document.querySelectorAll("h1").length === 1, "not one h1");
  say(document.querySelectorAll("main").length === 1 && document.querySelectorAll("nav[aria-label]").length > 0, "landmarks");
  let level = 1;
  for (const h of document.querySelectorAll("h1, h2, h3")) { say(+h.tagName[1] <= level + 1, "heading skips: " + h.textContent); level = +h.tagName[1] }
  for (const i of document.querySelectorAll("input")) say(i.labels.length > 0, "input without label");
  for (const t of document.querySelectorAll("table")) say(t.caption && t.querySelector("th[scope=col]"), "table without caption or headings");
  for (const s of document.querySelectorAll("svg")) say(s.querySelector("title") && s.getAttribute("role") === "img", "picture without title");
  for (const a of document.querySelectorAll("a")) say(a.textContent.trim(), "link without words: " + a.href);
  say(!document.querySelector("main script"), "a script in the content");
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  say(new Set(ids).size === ids.length, "ids are not unique");
  return wrong;
})()
"""

FOCUSABLE = "[...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')].filter(e => e.checkVisibility())"


class Visit:
    def __init__(self, browser, base, pictures):
        self.browser, self.base, self.pictures = browser, base, pictures
        self.wrong = []

    def say(self, is_right, what):
        if not is_right:
            self.wrong.append(f"{self.path}: {what}")

    def page(self, path):
        self.path = path
        browser = self.browser
        for dark in (False, True):
            browser.look(dark=dark)
            browser.open(self.base + path)
            found = browser.run(CONTRAST)
            self.say(found["seen"] > 10, "hardly any text")
            for bad in found["bad"]:
                self.say(False, f"contrast {'in the dark ' if dark else ''}{bad}")
            self.picture(f"{'dark' if dark else 'light'}")
        browser.look()
        browser.open(self.base + path)
        for wrong in browser.run(STRUCTURE):
            self.say(False, wrong)
        self.keyboard()
        for width in (360, 768, 1000):
            browser.look(width=width, height=740)
            browser.open(self.base + path)
            wide = browser.run("document.documentElement.scrollWidth")
            self.say(wide <= width, f"{wide} pixels wide on a screen of {width}")
            if width == 360:
                self.picture("phone")
        self.paper()

    def keyboard(self):
        browser = self.browser
        count = browser.run(FOCUSABLE + ".length")
        browser.run("document.activeElement.blur()")
        visited = []
        for step in range(min(count, 25)):
            browser.press("Tab", 9)
            visited.append(browser.run(f"{FOCUSABLE}.indexOf(document.activeElement)"))
            outline = browser.run("getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth")
            self.say(outline == "solid3px", f"focus cannot be seen at step {step}: {outline}")
            if step == 0:
                self.say(browser.run("document.activeElement.className === 'skip' && document.activeElement.getBoundingClientRect().left >= 0"),
                         "the first stop is not the way to the content")
        self.say(visited == list(range(len(visited))), f"the order of the keyboard is {visited}")
        browser.open(self.base + self.path)
        browser.press("Tab", 9)
        browser.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
        browser.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter", windowsVirtualKeyCode=13)
        self.say(browser.run("document.activeElement.id === 'main'"), "skipping does not lead to the content")

    def paper(self):
        browser = self.browser
        browser.look(dark=True, media="print")
        browser.open(self.base + self.path)
        self.say(browser.run("getComputedStyle(document.querySelector('header nav')).display === 'none'"), "paper has a navigation")
        self.say(browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is not white")

    def without_scripts(self, path):
        self.path = path
        browser = self.browser
        browser.look()
        browser.open(self.base + path)
        text = browser.run("document.querySelector('main').innerText")
        browser.call("Emulation.setScriptExecutionDisabled", value=True)
        browser.open(self.base + path)
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
        self.say(browser.run("document.querySelector('main').innerText") == text, "other content without scripts")

    def live(self):
        """A page that looks listens; what changed is put in place without losing the focus."""
        self.path = "/"
        browser = self.browser
        browser.look()
        browser.open(self.base + "/")
        deadline = time.time() + 10
        listens = "performance.getEntriesByType('resource').some(e => e.name.endsWith('/events')) || window.__seen"
        requested = False
        while time.time() < deadline and not requested:
            requested = browser.run("new Promise(r => { const s = new EventSource('/events'); s.onopen = () => { s.close(); r(true) }; s.onerror = () => { s.close(); r(false) } })")
        self.say(requested, "no events")
        browser.run("document.querySelector('main h1').textContent = 'old'; document.querySelector('main a').focus(); readAnew()")
        self.say(browser.run("document.querySelector('main h1').textContent") != "old", "the page is not read anew")
        self.say(browser.run("document.activeElement.closest('main') !== null && document.activeElement.tagName === 'A'"), "the focus is lost")

    def picture(self, name):
        if self.pictures:
            slug = self.path.strip("/").replace("/", "-").split("?")[0].replace(":", "") or "now"
            self.browser.picture(f"{self.pictures}/{slug}-{name}.png", whole=True)


def main():
    arguments = sys.argv[1:]
    pictures = None
    if "--pictures" in arguments:
        place = arguments.index("--pictures")
        pictures = arguments[place + 1]
        del arguments[place:place + 2]
    base, paths = arguments[0], arguments[1:]
    with Browser() as browser:
        visit = Visit(browser, base, pictures)
        for path in paths:
            visit.page(path)
        visit.without_scripts(paths[0])
        visit.live()
        for line in visit.wrong + [f"the browser complains: {line}" for line in sorted(set(browser.complaints))]:
            print(line)
        print(f"{len(paths)} pages seen")


main()
