"""What Chromium sends: forms that are submitted, and `fetch`."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from recorder import Capture, Entry, Recorder, field, file
from texts import (
    AMBIGUOUS_TO_BROWSERS,
    BYTES,
    CRLF_BAIT,
    LARGE,
    TEXTS,
    comment_on,
    read_name,
    windows_line_ends,
)

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

# The charset by its label, the name the browser has for it, a text, and what of it arrives: what is not in the charset
# is sent as a character reference. Those with a second case have there what Python's codec of that name lacks or reads
# differently than browsers (WHATWG Encoding Standard, section "Indexes"), or bytes of a character that look like ASCII.
CHARSETS = {
    "windows-1251": ("windows-1251", "Имя №é😀", "Имя №&#233;&#128512;"),
    "gbk": ("GBK", "中文ǹ", "中文ǹ"),
    "gbk-euro": ("GBK", "€", "€"),
    "gb18030": ("gb18030", "中é😀", "中é😀"),
    "shift_jis": ("Shift_JIS", "日本語ｶﾅé", "日本語ｶﾅ&#233;"),
    "shift_jis-nec": ("Shift_JIS", "①\uff5e\uff0d髙", "①\uff5e\uff0d髙"),
    "shift_jis-ascii": ("Shift_JIS", "表\\x", "表\\x"),
    "euc-jp": ("EUC-JP", "日本語", "日本語"),
    "euc-jp-nec": ("EUC-JP", "①\uff5e\uff0d", "①\uff5e\uff0d"),
    "iso-2022-jp": ("ISO-2022-JP", "日本語 a", "日本語 a"),
    "euc-kr": ("EUC-KR", "한글", "한글"),
    "euc-kr-uhc": ("EUC-KR", "똠", "똠"),
    "big5": ("Big5", "中文", "中文"),
    "big5-eten": ("Big5", "碁‧", "碁‧"),
    "big5-hkscs": ("Big5", "啫㗎", "&#21867;&#13774;"),
    "big5-ascii": ("Big5", "功\\x", "功\\x"),
    "koi8-u": ("KOI8-U", "Ім'я", "Ім'я"),
    "ibm866": ("IBM866", "Имя", "Имя"),
    "x-mac-cyrillic": ("x-mac-cyrillic", "Имя", "Имя"),
    "iso-8859-8-i": ("ISO-8859-8-I", "שלום", "שלום"),
    "koi8-r": ("KOI8-R", "Имя", "Имя"),
    "iso-8859-1": ("windows-1252", "é€“", "é€“"),
    "iso-8859-2": ("ISO-8859-2", "łé", "łé"),
    "iso-8859-9": ("windows-1254", "ğ€", "ğ€"),
    "windows-874": ("windows-874", "ไทย€", "ไทย€"),
    "macintosh": ("macintosh", "é€", "é€"),
    "utf-16": ("UTF-8", "é", "é"),
}

SUBMIT = r"""text => {
    const {enctype, charset, entries} = JSON.parse(text);
    const form = document.createElement("form");
    form.method = "post";
    form.enctype = enctype;
    form.acceptCharset = charset;
    for (const entry of entries) {
        const kind = entry.kind ?? (entry.files ? "file" : "hidden");
        const control = document.createElement(kind === "textarea" ? "textarea" : "input");
        if (kind !== "textarea") control.type = kind;
        control.name = entry.name;
        if (entry.files) {
            control.multiple = true;
            const chosen = new DataTransfer();
            for (const {filename, type, content} of entry.files)
                chosen.items.add(new File([Uint8Array.from(content, c => c.charCodeAt(0))], filename, {type}));
            control.files = chosen.files;
        } else control.value = entry.value;
        form.append(control);
    }
    document.body.replaceChildren(form);
    form.submit();
}"""


class Browser:
    """A page that sends forms, each of which becomes a capture."""

    def __init__(self, page: Any, client: str, recorder: Recorder) -> None:
        self.page = page
        self._client = client
        self._recorder = recorder

    def taken(self, case: str, expected: list[Entry], comment: str | None = None) -> Capture:
        return Capture(case, self._client, *self._recorder.take(), expected, comment)

    def submitted(
        self,
        case: str,
        entries: list[dict[str, Any]],
        expected: list[Entry],
        comment: str | None = None,
        *,
        enctype: str = MULTIPART,
        charset: str = "",
    ) -> Capture:
        """Submit a form of these controls; a value with a lone surrogate gets through as JSON only."""
        form = json.dumps({"enctype": enctype, "charset": charset, "entries": entries})
        with self.page.expect_navigation():
            self.page.evaluate(SUBMIT, form)
        return self.taken(case, expected, comment)

    def fetched(self, case: str, script: str, expected: list[Entry], comment: str | None = None) -> Capture:
        """Fetch in a script that fills ``form``, a FormData, and sends it."""
        self.page.evaluate("async () => { const form = new FormData();" + script + "}")
        return self.taken(case, expected, comment)

    def html(self, case: str, content: str, expected: list[Entry], act: Callable[[Any], object]) -> Capture:
        """Load a page with a form, and do to it what a user would, which has to submit it."""
        self.page.set_content(content)
        with self.page.expect_navigation():
            act(self.page)
        return self.taken(case, expected)


def captures(recorder: Recorder) -> Iterator[Capture]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = chromium.new_page()
        page.goto(recorder.url)
        browser = Browser(page, f"Chromium {chromium.version}", recorder)
        for part in (fields, files, awkward, controls, from_disk, charsets, fetches):
            yield from part(browser)
        chromium.close()


def fields(browser: Browser) -> Iterator[Capture]:
    many = {f"field{number}": str(number) * number for number in range(8)}
    for enctype, prefix in ((MULTIPART, ""), (URLENCODED, "urlencoded-")):
        for case, pairs in {
            "one-field": [("name", "value")],
            "no-field": [],
            "empty-value": [("name", "")],
            "repeated": [("tag", "a"), ("tag", ""), ("tag", "b"), ("tag", "a")],
            "many-fields": list(many.items()),
        }.items():
            entries = [{"name": name, "value": value} for name, value in pairs]
            yield browser.submitted(prefix + case, entries, [field(*pair) for pair in pairs], enctype=enctype)
        area = {"kind": "textarea", "name": "text", "value": "one\ntwo\r\nthree\r\rfive"}
        expected = [field("text", "one\r\ntwo\r\nthree\r\n\r\nfive")]
        yield browser.submitted(prefix + "textarea", [area], expected, enctype=enctype)
        comment = "Half of a surrogate pair is no character; browsers replace it."
        lone = {"name": "half\ud83d", "value": "\ude00x"}
        yield browser.submitted(
            prefix + "surrogates", [lone], [field("half\ufffd", "\ufffdx")], comment, enctype=enctype
        )
        control = {"name": "value", "value": "\0\x01\x1f\x7f\x85\u2028\ufeff"}
        yield browser.submitted(prefix + "control-characters", [control], [field(**control)], enctype=enctype)


def files(browser: Browser) -> Iterator[Capture]:
    def chosen(name: str, *parts: tuple[str, str, bytes]) -> tuple[dict[str, Any], list[Entry]]:
        contents = [{"filename": f, "type": t, "content": c.decode("latin-1")} for f, t, c in parts]
        expected = [file(name, f, t or "application/octet-stream", c) for f, t, c in parts]
        return {"name": name, "files": contents}, expected or [file(name, "", "application/octet-stream", b"")]

    for case, entries in {
        "no-file": [chosen("file")],
        "empty-file": [chosen("file", ("empty.txt", "text/plain", b""))],
        "several-files": [
            chosen("file", ("a.txt", "text/plain", b"a"), ("b", "", b"b\r\n"), ("a.txt", "text/plain", b"\n"))
        ],
        "bytes": [chosen("file", ("bytes.bin", "application/x-bytes", BYTES))],
        "bait": [chosen("file", ("bait.txt", "text/plain;charset=utf-8", CRLF_BAIT)), chosen("other")],
        "large": [chosen("file", ("large.bin", "", LARGE)), chosen("other", ("x", "", b"\r"))],
    }.items():
        yield browser.submitted(case, [entry for entry, _ in entries], [e for _, expected in entries for e in expected])
    named = chosen("file", ("a.txt", "text/plain", b"content"))[0]
    expected = [field("before", "1"), file("file", "a.txt", "text/plain", b"content"), field("after", "é")]
    mixed = [{"name": "before", "value": "1"}, named, {"name": "after", "value": "é"}]
    yield browser.submitted("mixed", mixed, expected)
    expected = [field("before", "1"), field("file", "a.txt"), field("after", "é")]
    comment = "Of a file, an urlencoded form has the name only."
    yield browser.submitted("urlencoded-mixed", mixed, expected, comment, enctype=URLENCODED)


def awkward(browser: Browser) -> Iterator[Capture]:
    ambiguous = AMBIGUOUS_TO_BROWSERS
    for group, texts in TEXTS.items():
        entries = [{"name": text, "value": text} for text in texts]
        wire = [(windows_line_ends(read_name(text, ambiguous)), windows_line_ends(text)) for text in texts]
        yield browser.submitted(
            f"names-{group}", entries, [field(*pair) for pair in wire], comment_on(texts, ambiguous)
        )
        expected = [field(windows_line_ends(text), windows_line_ends(text)) for text in texts]
        yield browser.submitted(f"urlencoded-{group}", entries, expected, enctype=URLENCODED)
        chosen = [{"filename": text, "type": "text/x-a", "content": "x"} for text in texts]
        expected = [file("file", read_name(text, ambiguous), "text/x-a", b"x") for text in texts]
        entry = {"name": "file", "files": chosen}
        yield browser.submitted(f"filenames-{group}", [entry], expected, comment_on(texts, ambiguous))


def controls(browser: Browser) -> Iterator[Capture]:
    for enctype, case in ((MULTIPART, "controls-of-html"), (URLENCODED, "urlencoded-controls-of-html")):
        content = f"""<form method=post enctype={enctype}>
            <input name=text dirname=text.dir><input name=without type=checkbox checked><input name=off type=checkbox>
            <select name=many multiple><option selected>a<option selected value=''>b<option>c</select>
            <input type=password name=password value='"'><input disabled name=disabled value=x><input value=nameless>
            <button name=go value=now>Go</button><input type=image name=image alt=x></form>"""
        expected = [field("text", "typed é"), field("text.dir", "ltr"), field("without", "on")]
        expected += [field("many", "a"), field("many", ""), field("password", '"'), field("go", "now")]

        def act(page: Any) -> None:
            page.fill("[name=text]", "typed é")
            page.click("button")

        yield browser.html(case, content, expected, act)


def from_disk(browser: Browser) -> Iterator[Capture]:
    contents = {"back\\slash.txt": b"1", "line\nend.txt": b"2", 'quo"te.txt': b"3", "é \u0301.html": b"4"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "folder")
        folder.mkdir()
        for filename, content in contents.items():
            (folder / filename).write_bytes(content)
        for case, attribute, given in (
            ("on-disk", "multiple", [folder / filename for filename in contents]),
            ("folder-on-disk", "webkitdirectory", folder),
        ):
            form = f"<form method=post enctype={MULTIPART}><input type=file name=file {attribute}><button>Go</button>"

            def act(page: Any, given: Any = given) -> None:
                page.set_input_files("input", given)
                page.click("button")

            capture = browser.html(case, form, [], act)
            # A folder is read in the order in which the disk has it.
            order = sorted(contents, key=lambda filename: capture.body.find(contents[filename] + b"\r\n--"))
            prefix = "folder/" if attribute == "webkitdirectory" else ""
            if prefix:
                capture.comment = "Chromium takes a backslash in the path of a file in a folder for a slash."
            capture.expected = [
                file(
                    "file",
                    prefix + (f.replace("\\", "/") if prefix else f),
                    f"text/{'html' if f.endswith('html') else 'plain'}",
                    contents[f],
                )
                for f in order
            ]
            yield capture


def charsets(browser: Browser) -> Iterator[Capture]:
    for case, (label, text, arrives) in CHARSETS.items():
        charset = re.sub("-(ascii|eten|euro|hkscs|nec|uhc)$", "", case)
        hidden = {"name": "_charset_", "value": ""}
        entry = {"name": text, "value": text}
        chosen = {"name": "file", "files": [{"filename": f"{text}.txt", "type": "text/plain", "content": "x"}]}
        known, expected = field("_charset_", label), field(arrives, arrives)
        uploaded = file("file", f"{arrives}.txt", "text/plain", b"x")
        comment = None if text == arrives else "What is not in the charset is sent as a character reference."
        yield browser.submitted(
            f"charset-{case}", [hidden, entry, chosen], [known, expected, uploaded], comment, charset=charset
        )
        yield browser.submitted(
            f"urlencoded-charset-{case}",
            [entry, hidden],
            [expected, known],
            comment,
            charset=charset,
            enctype=URLENCODED,
        )
    _, text, _ = CHARSETS["koi8-r"]
    yield browser.submitted(
        "charset-comes-last",
        [{"name": text, "value": text}, {"name": "_charset_"}],
        [field(text, text), field("_charset_", "KOI8-R")],
        "Who reads the parts as they arrive cannot know the charset of the first.",
        charset="koi8-r",
    )


def fetches(browser: Browser) -> Iterator[Capture]:
    post = "await fetch('/', {method: 'POST', body: form});"
    blobs = """
        form.append("field", "a\\nb");
        form.append("number", 1.5);
        form.append("blob", new Blob(["x"]));
        form.append("blob", new Blob(["{}"], {type: "application/json"}), "named.json");
        form.append("file", new File(["é"], "é.txt", {type: "text/plain;charset=utf-8"}));
        form.append("file", new File([], ""));
    """
    expected = [
        field("field", "a\r\nb"),
        field("number", "1.5"),
        file("blob", "blob", "application/octet-stream", b"x"),
        file("blob", "named.json", "application/json", b"{}"),
        file("file", "é.txt", "text/plain;charset=utf-8", "é".encode()),
        file("file", "", "application/octet-stream", b""),
    ]
    yield browser.fetched("fetch-blobs", blobs + post, expected)
    yield browser.fetched("fetch-no-field", post, [])
    parameters = "const form2 = new URLSearchParams([['é &', '😀\\n'], ['a', '']]);"
    post = "await fetch('/', {method: 'POST', body: form2});"
    yield browser.fetched("fetch-urlencoded", parameters + post, [field("é &", "😀\n"), field("a", "")])
    request = """
        form.append("a", "b");
        await new Promise(done => {
            const request = new XMLHttpRequest();
            request.onload = done;
            request.open("POST", "/");
            request.send(form);
        });
    """
    yield browser.fetched("xhr", request, [field("a", "b")])
