"""The token in a form, found while the form arrives, and the form still whole for the application."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import CSRFMiddleware
from asgi_middleware._csrf.form_field import field_search, parameters

SECRET = "a secret of more than sixteen bytes"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
LIMIT = 65_536


def part(name="csrf_token", content="TOKEN", head="", end="\r\n"):
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{head}\r\n\r\n{content}{end}'


FILE = part("file", "x" * 2000, '; filename="--b.txt"\r\nContent-Type: text/plain')

# The type, the form, and whether its token is found. TOKEN stands for the token.
FORMS = [
    (URLENCODED, "csrf_token=TOKEN", True),
    (URLENCODED, "a=b&csrf_token=TOKEN", True),
    (URLENCODED, "csrf_token=TOKEN&csrf_token=x", True),
    (URLENCODED, "csrf_token=x&csrf_token=TOKEN", False),
    (URLENCODED, "csrf_token=&csrf_token=TOKEN", False),
    (URLENCODED, "csrf_token&csrf_token=TOKEN", False),
    (URLENCODED, "&&csrf_token=TOKEN&&", True),
    (URLENCODED, "csrf%5ftoken=TOKEN", True),
    (URLENCODED, "csrf_token=TOKEN=", False),
    (URLENCODED, "csrf_token=+TOKEN", False),
    (URLENCODED, "csrf_token=%00TOKEN", False),
    (URLENCODED, "csrf_token=TOKEN;a=b", False),
    (URLENCODED, "xcsrf_token=TOKEN", False),
    (URLENCODED, "csrf_token =TOKEN", False),
    (URLENCODED, "CSRF_TOKEN=TOKEN", False),
    (URLENCODED, "x=csrf_token=TOKEN", False),
    (URLENCODED, "TOKEN", False),
    (URLENCODED, "", False),
    (URLENCODED, f"x={'x' * LIMIT}&csrf_token=TOKEN", False),
    (URLENCODED, f"csrf_token=TOKEN&x={'x' * 3 * LIMIT}", True),
    ("Application/X-WWW-Form-Urlencoded ; charset=utf-8", "csrf_token=TOKEN", True),
    ("application/x-www-form-urlencoded;", "csrf_token=TOKEN", True),
    ("text/plain", "csrf_token=TOKEN", False),
    ("application/json", '{"csrf_token": "TOKEN"}', False),
    ("multipart/mixed; boundary=b", part() + "--b--", False),
    ("", "csrf_token=TOKEN", False),
    (MULTIPART, part() + "--b--", True),
    (MULTIPART, part() + "--b--\r\n", True),
    (MULTIPART, part("other") + part() + "--b--", True),
    (MULTIPART, FILE + part() + "--b--", True),
    (MULTIPART, part() + FILE + "--b--", True),
    (MULTIPART, part("other", "", end="\r\n") + part() + "--b--", True),
    (MULTIPART, part("other", "", end="") + part() + "--b--", True),  # no content at all (RFC 2046 section 5.1)
    (MULTIPART, part(content="x") + part() + "--b--", False),
    (MULTIPART, part(content="") + part() + "--b--", False),
    (MULTIPART, part(content="TOKEN\r\n") + "--b--", False),
    (MULTIPART, part("csrf_token2") + "--b--", False),
    (MULTIPART, part('csrf_token"; x="') + "--b--", True),
    (MULTIPART, part('x"; name="csrf_token') + "--b--", False),
    (MULTIPART, part("csrf%5ftoken") + "--b--", False),
    (MULTIPART, part("csrf\\_token") + "--b--", False),
    (MULTIPART, part(head='; filename="a.txt"') + "--b--", True),
    (MULTIPART, part(head='; filename="a\\".txt"') + "--b--", True),
    (MULTIPART, part(head="; filename*=UTF-8''a.txt") + "--b--", True),
    (MULTIPART, part(head="\r\nContent-Type: text/plain\r\nX-Other: a") + "--b--", True),
    (MULTIPART, part(head=";") + "--b--", False),
    (MULTIPART, part(head="; a b") + "--b--", False),
    (MULTIPART, part().replace("form-data", "FORM-DATA").replace("Disposition", "DISPOSITION") + "--b--", True),
    (MULTIPART, part().replace("form-data", "attachment") + "--b--", False),
    (MULTIPART, part().replace('"csrf_token"', "csrf_token") + "--b--", True),
    (MULTIPART, part().replace("Content-Disposition", "X-Disposition") + "--b--", False),
    (MULTIPART, "--b\r\nX: a\r\nContent-Disposition: form-data; name=csrf_token\r\n\r\nTOKEN\r\n--b", False),
    (MULTIPART, "--b\r\nX: a\r\nContent-Disposition: form-data; name=csrf_token\r\n\r\nTOKEN\r\n--b--", True),
    (MULTIPART, "--b\r\n\r\nno headers\r\n" + part() + "--b--", True),
    (MULTIPART, "--b--\r\n" + part(), False),
    (MULTIPART, "--bb\r\n" + part(), False),
    (MULTIPART, "preamble\r\n" + part() + "--b--", True),
    (MULTIPART, part(end=""), False),
    (MULTIPART, part().replace("\r\n", "\n") + "--b--", False),
    (MULTIPART, "", False),
    (MULTIPART, part("x", "x" * LIMIT) + part() + "--b--", False),
    (MULTIPART, part() + part("x", "x" * 2 * LIMIT) + "--b--", True),
    ('multipart/form-data; boundary="b"', part() + "--b--", True),
    ("Multipart/Form-Data;charset=utf-8;Boundary=b", part() + "--b--", True),
    ("multipart/form-data", part() + "--b--", False),
    ("multipart/form-data; boundary=", part().replace("--b", "--") + "----", False),
    ('multipart/form-data; boundary=""', part().replace("--b", "--") + "----", False),
    ('multipart/form-data; boundary="b "', part().replace("--b", "--b ") + "--b --", False),
    ("multipart/form-data; boundary=b; boundary=b", part() + "--b--", False),
    (f"multipart/form-data; boundary={'b' * 70}", part().replace("--b", "--" + "b" * 70) + f"--{'b' * 70}--", True),
    (f"multipart/form-data; boundary={'b' * 71}", part().replace("--b", "--" + "b" * 71) + f"--{'b' * 71}--", False),
    ('multipart/form-data; boundary="é"', part().replace("--b", "--é") + "--é--", False),
]


def shown(value):
    return repr(value)[:60]


@pytest.mark.parametrize(("content_type", "form", "is_found"), FORMS, ids=shown)
async def test_forms_whole(client, protected, content_type, form, is_found):
    await look(client, protected, content_type, form, is_found, 10 * LIMIT)


@pytest.mark.parametrize(("content_type", "form", "is_found"), FORMS, ids=shown)
@pytest.mark.parametrize("size", [1, 7, 30_000])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # searching has nothing to do with the event loop
async def test_forms_in_chunks(client, protected, content_type, form, is_found, size):
    if len(form) / size < 10_000:
        await look(client, protected, content_type, form, is_found, size)


async def look(client, protected, content_type, form, is_found, size):
    browser = client(protected())
    await browser.get()
    form = form.replace("TOKEN", browser.token).encode("latin-1")
    chunks = [form[start : start + size] for start in range(0, len(form), size)] or [b""]
    answer = await browser.post_form(chunks, content_type)
    assert answer.status == (200 if is_found else 403)
    if is_found:
        assert answer.body == form


@pytest.mark.parametrize(("before", "is_found"), [(0, True), (1, False)])
async def test_the_limit_to_the_byte(client, protected, before, is_found):
    browser = client(protected())
    await browser.get()
    field = f"&csrf_token={browser.token}"
    filling = "x" * (LIMIT - len(field) - len("&") + before)
    for chunks in ([f"{filling}{field}&"], [*f"{filling}{field}&"[-70_000:]], [filling, field, "&x=y"]):
        answer = await browser.post_form([chunk.encode() for chunk in chunks])
        assert answer.status == (200 if is_found else 403)


async def test_a_form_that_ends_at_the_limit(client, protected):
    browser = client(protected())
    await browser.get()
    form = f"&csrf_token={browser.token}".rjust(LIMIT, "x").encode()
    assert (await browser.post_form(form)).body == form
    assert (await browser.post_form(b"x" + form)).status == 403


async def test_one_type_only(client, protected):
    browser = client(protected(), headers=[(b"content-type", URLENCODED.encode())])
    await browser.get()
    assert (await browser.post_form(f"csrf_token={browser.token}".encode())).status == 403


async def test_the_header_goes_before_the_form(client, protected):
    browser = client(protected())
    await browser.get()
    form = f"csrf_token={browser.token}".encode()
    assert (await browser.post(form, {"content-type": URLENCODED, "x-csrf-token": "x"}, with_token=False)).status == 403
    assert (await browser.post(b"csrf_token=x", {"content-type": URLENCODED})).text == "csrf_token=x"


async def test_a_name_is_any_token(client, protected):
    browser = client(protected(header_name="!X~", field_name="a&b"))
    await browser.get()
    assert (await browser.post_form(b"a%26b=" + browser.token.encode())).status == 200
    assert (await browser.post(headers={"!x~": browser.token}, with_token=False)).status == 200


async def test_other_names(client, protected):
    browser = client(protected(header_name="X-Own.Token", field_name="_own-token"))
    await browser.get()
    assert (await browser.post_form(f"_own-token={browser.token}".encode())).status == 200
    answer = await browser.post(headers={"x-own.token": browser.token}, with_token=False)
    assert answer.status == 200
    answer = await browser.post()
    assert (answer.status, "X-Own.Token" in answer.text, "_own-token" in answer.text) == (403, True, True)


@pytest.mark.parametrize("name", ["", "a b", "a=b", 'a"', "ä", "a:", "a\r\n", "[a]"])
@pytest.mark.parametrize("option", ["header_name", "field_name"])
def test_what_is_no_name_is_refused_at_once(protected, option, name):
    with pytest.raises(ValueError, match="Use letters, digits"):
        protected(**{option: name})


# Streaming


class Wire:
    """What the server gives, message by message; ``given`` is how many were taken."""

    def __init__(self, *messages):
        self.messages = messages
        self.given = 0

    async def __call__(self):
        self.given += 1
        return self.messages[self.given - 1]


def chunk(body, *, more_body=True):
    return {"type": "http.request", "body": body, "more_body": more_body}


@pytest.fixture
async def streamed(client, protected, drive):
    """Send these messages of a form to an application that reads until the disconnect."""
    browser = client(protected())
    await browser.get()
    read = []

    async def app(scope, receive, send):
        read.append(wire.given)
        while not read or read[-1] != {"type": "http.disconnect"}:
            read.append(await receive())

    async def post(form, *more):
        nonlocal wire
        form = [part.replace(b"TOKEN", browser.token.encode()) for part in form]
        wire = Wire(*map(chunk, form), *more, {"type": "http.disconnect"})
        sent = []

        async def send(message):
            sent.append(message)

        headers = [(b"cookie", browser.cookie.encode()), (b"content-type", URLENCODED.encode())]
        await CSRFMiddleware(app, secret=SECRET)(drive.scope("/", "POST", headers), wire, send)
        return form, read, sent, wire.given

    wire = None
    return post


async def test_no_more_is_read_than_is_needed(streamed):
    last = chunk(b"end", more_body=False)
    form, read, _, _ = await streamed([b"a=b&csrf_", b"token=TOKEN", b"&c=", b"d"], last)
    assert read == [3, chunk(b"".join(form[:3])), chunk(b"d"), last, {"type": "http.disconnect"}]


async def test_what_ends_with_the_token_is_read_once(streamed):
    form, read, _, _ = await streamed([b"csrf_token=TOKEN"], chunk(b"", more_body=False))
    assert read == [2, chunk(form[0], more_body=False), {"type": "http.disconnect"}]


async def test_empty_chunks_do_not_pile_up(streamed):
    form, read, _, _ = await streamed([b"", b"", b"csrf_token=TOKEN", b"", b"&"], {"type": "http.request"})
    assert read == [5, chunk(form[2] + b"&"), {"type": "http.request"}, {"type": "http.disconnect"}]


async def test_keys_of_messages_may_be_missing(streamed):
    _, read, sent, given = await streamed([b"a=b&"], {"type": "http.request"})
    assert (read, sent[0]["status"], given) == ([], 403, 2)


async def test_a_client_that_leaves_before_its_token(streamed):
    _, read, sent, given = await streamed([b"csrf_token=TOKEN"])
    assert (read, given) == ([], 2)
    assert (sent[0]["status"], sent[1]["body"]) == (400, b"The client has gone before its CSRF token came.")


async def test_no_more_is_read_than_the_limit(streamed):
    _, read, sent, given = await streamed([b"x" * 40_000] * 9)
    assert (read, sent[0]["status"], given) == ([], 403, 2)


async def test_nothing_is_read_without_a_cookie(drive, protected):
    wire = Wire()
    statuses = []

    async def send(message):
        statuses.append(message.get("status"))

    await protected()(drive.scope("/", "POST", {"content-type": URLENCODED}), wire, send)
    assert (statuses, wire.given) == ([403, None], 0)


async def test_what_receive_raises_is_raised_on(client, protected, drive):
    browser = client(protected())
    await browser.get()

    async def receive():
        raise OSError("gone")

    headers = [(b"cookie", browser.cookie.encode()), (b"content-type", URLENCODED.encode())]
    with pytest.raises(OSError, match="gone"):
        await protected()(drive.scope("/", "POST", headers), receive, None)


# Any input


@given(
    content_type=st.sampled_from([URLENCODED, MULTIPART]),
    pieces=st.lists(
        st.sampled_from([b"--b", b"\r\n", b"\r", b"--", b"&", b"=", b"csrf_token", b"x", part("x").encode(), b"%5f"])
    ),
    data=st.data(),
)
def test_the_same_is_found_however_it_is_cut(content_type, pieces, data):
    form = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(form)), max_size=5)))
    whole, cut = field_search(content_type, "csrf_token"), field_search(content_type, "csrf_token")
    is_done = whole.feed(form, is_last=True)
    for start, end in zip([0, *cuts], [*cuts, len(form)], strict=True):
        if cut.feed(form[start:end], is_last=end == len(form) and start == (cuts[-1] if cuts else 0)):
            assert is_done
            break
    assert cut.value == whole.value


@given(st.binary(), st.binary(), st.binary())
def test_a_field_is_found_between_others(first, value, last):
    quoted = "".join(f"%{byte:02x}" for byte in value)
    search = field_search(URLENCODED, "f")
    assert search.feed(first.replace(b"f", b"") + f"&f={quoted}&".encode() + last, is_last=False)
    assert search.value == value
    boundary = "a-boundary-that-no-example-has"
    search = field_search(f"multipart/form-data; boundary={boundary}", "f")
    form = b"\r\n".join(
        [
            f"--{boundary}\r\nContent-Disposition: form-data; name=e\r\n".encode(),
            first,
            f"--{boundary}\r\nContent-Disposition: form-data; name=f\r\n".encode(),
            value,
            f"--{boundary}\r\n".encode() + last,
        ]
    )
    assert search.feed(form, is_last=False)
    assert search.value == value


def test_a_plus_is_a_space():
    search = field_search(URLENCODED, "f")
    assert search.feed(b"f=a+b%2B&", is_last=False)
    assert search.value == b"a b+"


@given(st.text(), st.binary())
def test_any_type_and_any_form(content_type, form):
    search = field_search(content_type, "csrf_token")
    assert search is None or search.feed(form, is_last=True) in (True, False)


@given(st.text(st.sampled_from('; \t="\\ab')))
def test_parameters_of_anything(text):
    assert all(name in text and value in text for name, value in parameters(text).items())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (";a=b", {"a": "b"}),
        (' \t; A="b;c=d" ; e=f\t', {"a": "b;c=d", "e": "f"}),
        (r'; a="b\"; c=\\"', {"a": r"b\"; c=\\"}),
        (';a=""', {"a": ""}),
        (";a=", {}),
        (";a", {}),
        (";=b", {}),
        ("a=b", {}),
        (";a=b;", {}),
        (";a=b;A=c", {}),
        (';a="b', {}),
        (';a="b"c', {}),
        (";a =b", {}),
    ],
)
def test_parameters(text, expected):
    assert parameters(text) == expected


@pytest.mark.parametrize("size", [1, 65_536])
@pytest.mark.parametrize(
    ("content_type", "piece"),
    [
        *((URLENCODED, piece) for piece in ("x", "&", "=", "%41", "csrf_token", "a=b&")),
        *((MULTIPART, piece) for piece in ("x", "\r\n", "\r\n--", "\r\n--b", "\r\n--b\r\n", part("x"), "\r")),
    ],
    ids=shown,
)
def test_searching_takes_linear_time(assert_linear, content_type, piece, size):
    def search(form):
        found = field_search(content_type, "csrf_token")
        for start in range(0, len(form), size):
            if found.feed(form[start : start + size], is_last=False):
                break

    assert_linear(search, lambda n: (piece * n)[:n].encode(), 20_000)


@pytest.mark.parametrize("piece", [";a=b", "; a", ";", " ", '"', "\\", ';a="\\"'])
def test_parameters_take_linear_time(assert_linear, piece):
    assert_linear(parameters, lambda n: f';x="{piece * n}', 10_000)
    assert_linear(parameters, lambda n: piece * n, 10_000)
