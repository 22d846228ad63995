"""The signed double-submit token: handed out with a cookie, demanded with it again."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_middleware import CSRFMiddleware, ExceptionMiddleware, csrf_token, where
from asgi_types import HTTPException, Response

MISSING = "A CSRF token is needed"
NO_COOKIE = "The cookie of the CSRF token is missing or not valid: reload the page, and try again."
INVALID = "The CSRF token is not valid: reload the page, and try again."
OTHER_SECRET = b"another secret of more than sixteen bytes"


async def test_a_page_and_its_post(client, protected):
    browser = client(protected())
    page = await browser.get()
    assert page.headers.getlist("set-cookie") == [f"{browser.cookie}; HttpOnly; Path=/; SameSite=lax"]
    assert (page.headers["vary"], page.headers["cache-control"]) == ("Cookie", "private")
    answer = await browser.post(b"body")
    assert (answer.status, answer.text) == (200, "body")
    assert [name for name, _ in answer.headers.items()] == ["content-length"]


async def test_tokens_differ_and_each_is_good_with_the_one_cookie(client, protected):
    browser = client(protected())
    await browser.get()
    cookie = browser.cookie
    tokens = {browser.token}
    for _ in range(20):
        page = await browser.get()
        assert "set-cookie" not in page.headers
        tokens.add(page.text)
        assert (await browser.post()).status == 200
    assert (len(tokens), browser.cookie) == (21, cookie)
    assert cookie.partition("=")[2][:24] not in " ".join(tokens)
    for browser.token in tokens:
        assert (await browser.post()).status == 200


async def test_tokens_have_no_part_in_common(client, protected):
    """BREACH (CVE-2014-9720): what is alike in two pages can be found out by how well they compress."""
    browser = client(protected())
    tokens = [(await browser.get()).text for _ in range(40)]
    for place in range(0, 48, 4):
        assert len({token[place : place + 4] for token in tokens}) > 30


async def test_one_request_has_one_token(drive, protected):
    seen = []

    async def app(scope, receive, send):
        seen.extend([csrf_token(scope), csrf_token(dict(scope))])
        await Response()(scope, receive, send)

    await drive.request(CSRFMiddleware(app, secret=OTHER_SECRET))
    assert len(seen) == 2
    assert len(set(seen)) == 1


async def test_a_response_without_a_token_is_as_it_was(drive):
    response = Response("page", headers={"vary": "Accept"})
    answer = await drive.request(CSRFMiddleware(response, secret=OTHER_SECRET))
    assert answer.headers.items() == [("vary", "Accept"), ("content-length", "4")]


# When it is demanded


@pytest.mark.parametrize(
    ("headers", "always", "unproven"),
    [
        ({}, 403, 403),
        ({"sec-fetch-site": "same-origin"}, 403, 200),
        ({"sec-fetch-site": "none"}, 403, 200),
        ({"origin": "http://example.org"}, 403, 200),
        ({"referer": "http://example.org/"}, 403, 200),
        ({"origin": "https://partner.example"}, 200, 200),
        ({"sec-fetch-site": "cross-site", "origin": "https://partner.example"}, 200, 200),
        ({"referer": "https://partner.example/"}, 200, 200),
        ({"authorization": "Bearer 1"}, 403, 403),
    ],
    ids=str,
)
@pytest.mark.parametrize("has_cookie", [False, True])
async def test_when_a_token_is_demanded(client, protected, headers, always, unproven, has_cookie):
    for demand, expected in (("always", always), ("unproven", unproven)):
        browser = client(protected(demand=demand, trusted_origins=["https://partner.example"]))
        await browser.get()
        if not has_cookie:
            browser.cookie = None
        answer = await browser.post(headers=headers, with_token=False)
        assert answer.status == expected
        if expected == 403:
            assert answer.text.startswith(MISSING if has_cookie else NO_COOKIE)
        if has_cookie:
            assert (await browser.post(headers=headers)).status == 200


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}], ids=str)
@pytest.mark.parametrize("demand", ["always", "unproven"])
async def test_a_token_makes_no_other_site_welcome(client, protected, headers, demand):
    browser = client(protected(demand=demand))
    await browser.get()
    answer = await browser.post(headers=headers)
    assert (answer.status, answer.text[:27]) == (403, "Cross-site request refused.")


async def test_websockets_need_no_token(drive, protected):
    answer = await drive.websocket(protected(), headers={"host": "example.org", "origin": "http://example.org"})
    assert answer.messages == [{"type": "websocket.accept"}]
    assert "asgi_middleware.csrf" not in answer.scope


@pytest.mark.parametrize("demand", ["", "never", None])
def test_other_demands_are_refused_at_once(protected, demand):
    with pytest.raises(ValueError, match="give 'always' or 'unproven'"):
        protected(demand=demand)


# Forged


async def test_a_token_without_its_cookie(client, protected):
    browser = client(protected())
    await browser.get()
    browser.cookie = None
    assert (await browser.post()).text == NO_COOKIE


async def test_a_cookie_without_its_token(client, protected):
    browser = client(protected())
    await browser.get()
    answer = await browser.post(with_token=False)
    assert answer.text == (
        "A CSRF token is needed, once, in the header x-csrf-token, or in the field csrf_token within the first 65536 "
        "bytes of a form."
    )


@pytest.mark.parametrize("forged", ["", "x", "x" * 47, "x" * 48, "x" * 49, "é" * 48, " " * 48, "=" * 48])
async def test_other_tokens(client, protected, forged):
    browser = client(protected())
    await browser.get()
    answer = await browser.post(headers={"x-csrf-token": forged}, with_token=False)
    assert (answer.status, answer.text) == (403, INVALID)


async def test_the_cookie_is_no_token(client, protected):
    browser = client(protected())
    await browser.get()
    value = browser.cookie.partition("=")[2]
    for token in (value, value[:24], value[:48]):
        assert (await browser.post(headers={"x-csrf-token": token}, with_token=False)).status == 403


async def test_one_token_only(client, protected):
    browser = client(protected())
    await browser.get()
    answer = await browser.post(headers={"x-csrf-token": browser.token})
    assert answer.text.startswith(MISSING)


async def test_what_another_browser_was_given(client, protected):
    app = protected()
    mine, other = client(app), client(app)
    await mine.get()
    await other.get()
    mine.token = other.token
    assert (await mine.post()).text == INVALID


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # which has no state
@given(place=st.integers(0, 66), character=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_="))
async def test_each_character_of_cookie_and_token_counts(drive, place, character):
    async def app(scope, receive, send):
        await Response(csrf_token(scope) if scope["method"] == "GET" else None)(scope, receive, send)

    app = CSRFMiddleware(app, secret=OTHER_SECRET)
    page = await drive.request(app)
    cookie = page.headers["set-cookie"].partition(";")[0].removeprefix("csrf=")

    async def status(cookie, token):
        headers = {"cookie": f"csrf={cookie}", "x-csrf-token": token}
        return (await drive.request(app, "/", "POST", headers=headers)).status

    assert await status(cookie, page.text) == 200
    changed = cookie[:place] + character + cookie[place + 1 :]
    assert await status(changed, page.text) == (200 if changed == cookie else 403)
    changed = page.text[: place % 48] + character + page.text[place % 48 + 1 :]
    assert await status(cookie, changed) == (200 if changed == page.text else 403)
    assert await status(cookie[:place], page.text) == 403
    assert await status(cookie, page.text[: place % 48]) == 403
    assert await status(cookie + character, page.text) == 403
    assert await status(cookie, page.text + character) == 403


async def test_a_cookie_is_written_in_one_way(client, protected):
    """The last character of base64 has bits that do not count."""
    browser = client(protected())
    await browser.get()
    cookie = browser.cookie
    for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        browser.cookie = cookie[:-1] + character
        assert (await browser.post()).status == (200 if browser.cookie == cookie else 403)


# Secrets


async def test_another_secret(client, protected):
    browser = client(protected())
    await browser.get()
    browser.app = protected(secret=OTHER_SECRET)
    assert (await browser.post()).text == NO_COOKIE


async def test_secrets_are_rotated(client, protected):
    browser = client(protected(secret="the old secret, sixteen bytes or more"))
    await browser.get()
    old = browser.cookie
    browser.app = protected(secret=[OTHER_SECRET, "the old secret, sixteen bytes or more"])
    assert (await browser.post()).status == 200
    before = browser.token
    await browser.get()
    assert browser.cookie != old
    assert "set-cookie" not in (await browser.get()).headers
    browser.app = protected(secret=[OTHER_SECRET])
    assert (await browser.post()).status == 200
    browser.token = before  # of a page that is still open
    assert (await browser.post()).status == 200
    browser.cookie = old
    assert (await browser.post()).text == NO_COOKIE


async def test_text_and_bytes_are_the_same_secret(client, protected):
    browser = client(protected(secret="ein Geheimnis für zwei"))
    await browser.get()
    browser.app = protected(secret="ein Geheimnis für zwei".encode())
    assert (await browser.post()).status == 200


@pytest.mark.parametrize(
    "secret", ["", b"", "x" * 15, b"x" * 15, [], ["x" * 15], ["x" * 16, "x"], [b"x" * 16, b""]], ids=repr
)
def test_short_secrets_are_refused_at_once(application, secret):
    with pytest.raises(ValueError, match="16 bytes or more"):
        CSRFMiddleware(application, secret=secret)


@pytest.mark.parametrize("secret", ["x" * 16, b"x" * 16, "ä" * 8, ["x" * 16, b"y" * 16]], ids=repr)
def test_secrets_of_sixteen_bytes_do(application, secret):
    CSRFMiddleware(application, secret=secret)


# Sessions


def by_header(connection):
    return connection.headers.get("x-session")


@pytest.mark.parametrize(("own", "other"), [("ann", "bob"), ("ann", None), (None, "ann"), ("", None), (None, "")])
async def test_a_token_of_another_session(client, protected, own, other):
    def headers(session):
        return [] if session is None else [(b"x-session", session.encode())]

    browser = client(protected(bind_to=by_header), headers=headers(own))
    await browser.get()
    assert (await browser.post()).status == 200
    browser.headers = headers(other)
    assert (await browser.post()).text == NO_COOKIE
    page = await browser.get()
    assert "set-cookie" in page.headers
    assert (await browser.post()).status == 200


async def test_who_signs_in_gets_a_token_of_the_new_session(drive):
    tokens = []

    async def app(scope, receive, send):
        if scope["method"] == "GET":
            tokens.append(csrf_token(scope))
            scope["session"]["user"] = "ann"
            tokens.extend([csrf_token(scope), csrf_token(scope)])
        await Response()(scope, receive, send)

    app = CSRFMiddleware(app, secret=OTHER_SECRET, bind_to=lambda connection: connection.session.get("user"))
    page = await drive.request(app, session={})
    cookie = page.headers["set-cookie"].partition(";")[0]
    assert tokens[1] == tokens[2]
    for token, session, expected in [
        (tokens[1], {"user": "ann"}, 200),
        (tokens[0], {"user": "ann"}, 403),
        (tokens[1], {}, 403),
        (tokens[0], {}, 403),
    ]:
        headers = {"cookie": cookie, "x-csrf-token": token}
        assert (await drive.request(app, "/", "POST", headers=headers, session=session)).status == expected


async def test_who_is_signed_in_already_keeps_the_cookie(drive):
    async def app(scope, receive, send):
        scope["session"]["user"] = "bob"
        csrf_token(scope)
        scope["session"]["user"] = "ann"
        await Response(csrf_token(scope))(scope, receive, send)

    app = CSRFMiddleware(app, secret=OTHER_SECRET, bind_to=lambda connection: connection.session.get("user"))
    cookie = (await drive.request(app, session={})).headers["set-cookie"].partition(";")[0]
    page = await drive.request(app, session={"user": "ann"}, headers={"cookie": cookie})
    assert "set-cookie" not in page.headers
    headers = {"cookie": cookie, "x-csrf-token": page.text}
    answer = await drive.request(app, "/", "POST", headers=headers, session={"user": "ann"})
    assert answer.status == 200


@pytest.mark.parametrize("session", [1, b"ann", ["ann"], False])
async def test_what_is_no_session_is_an_error(drive, protected, session):
    with pytest.raises(TypeError, match="give a str, or None where there is no session"):
        await drive.request(protected(bind_to=lambda connection: session))


async def test_any_text_is_a_session(client, protected):
    browser = client(protected(bind_to=lambda connection: "\udc80\0ä"))
    await browser.get()
    assert (await browser.post()).status == 200


# Around it


async def test_an_error_page_may_have_a_token(drive, protected):
    async def handler(request, exc):
        return Response(csrf_token(request), exc.status_code)

    app = ExceptionMiddleware(protected(), {HTTPException: handler})
    answer = await drive.request(app, "/", "POST")
    assert (answer.status, len(answer.text), len(answer.headers.getlist("set-cookie"))) == (403, 48, 1)


async def test_skipped_paths_have_no_tokens(drive, application):
    app = where(CSRFMiddleware, skip="/hooks/*")(application, secret=OTHER_SECRET)
    assert (await drive.request(app, "/hooks/a", "POST", b"body")).text == "body"
    with pytest.raises(RuntimeError, match="needs a CSRFMiddleware with a secret"):
        await drive.request(app, "/hooks/a")


async def test_hundreds_of_requests_at_once_keep_their_own_tokens(drive):
    """CVE-2020-35681: data of one request was visible in another."""
    tokens = {}

    async def app(scope, receive, send):
        number = scope["query_string"]
        for _ in range(int(number) % 5):
            await anyio.lowlevel.checkpoint()
        if scope["method"] == "GET":
            tokens[number] = csrf_token(scope)
            await anyio.lowlevel.checkpoint()
            assert csrf_token(scope) == tokens[number]
            await Response(number)(scope, receive, send)
        else:
            await Response((await receive())["body"])(scope, receive, send)

    app = CSRFMiddleware(app, secret=OTHER_SECRET, bind_to=lambda connection: str(connection.url.query))
    cookies = {}

    async def get(number):
        answer = await drive.request(app, f"/?{number}")
        assert answer.text == str(number)
        cookies[number] = answer.headers["set-cookie"].partition(";")[0]

    async def post(number, other):
        token = tokens[str(other).encode()]
        headers = {"cookie": cookies[number], "content-type": "application/x-www-form-urlencoded"}
        body = f"n={number}&csrf_token={token}".encode()
        answer = await drive.request(app, f"/?{number}", "POST", [body[:5], body[5:]], headers=headers)
        assert (answer.status, answer.body == body) == ((200, True) if number == other else (403, False))

    async with anyio.create_task_group() as tasks:
        for number in range(300):
            tasks.start_soon(get, number)
    assert len({*tokens.values()}) == len({*cookies.values()}) == 300
    async with anyio.create_task_group() as tasks:
        for number in range(300):
            tasks.start_soon(post, number, number)
            tasks.start_soon(post, number, (number + 1) % 300)


class SecretBytes:
    """As pydantic has it: a secret that hides itself, and has the length of what it hides."""

    def __str__(self):
        return "b'**********'"

    def __len__(self):
        return 40


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (SecretBytes(), "SecretBytes"),
        ([OTHER_SECRET, SecretBytes()], "SecretBytes"),
        (lambda: OTHER_SECRET, "function"),
        ([*OTHER_SECRET], "int"),
        (memoryview(OTHER_SECRET), "memoryview"),
        ({OTHER_SECRET}, "set"),
        ([OTHER_SECRET, None], "NoneType"),
    ],
)
def test_what_is_no_secret(secret, kind):
    with pytest.raises(ValueError, match=f"^secret is text or bytes, or a list of them, and not a {kind}: of a secret"):
        CSRFMiddleware(Response(), secret=secret)


@pytest.mark.parametrize("secret", ["SecretStr('**********')", [OTHER_SECRET, b"SecretBytes(b'**********')"]])
def test_the_text_of_a_secret_that_hides_itself(secret):
    with pytest.raises(ValueError, match=r"^secret is the text of a secret that shows asterisks: give what it hides"):
        CSRFMiddleware(Response(), secret=secret)


async def test_other_bytes(client, protected):
    browser = client(protected(secret=bytearray(OTHER_SECRET)))
    await browser.get()
    browser.app = protected(secret=[OTHER_SECRET])
    assert (await browser.post()).status == 200
