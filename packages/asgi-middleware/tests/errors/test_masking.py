import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware._errors.masking import MASK, Secrets


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


FORMS = ["text/html", "application/json", "text/plain"]


def login(password):
    raise ValueError(f"no user has the password {password}, and not {password!r} in {password.encode()}")


@pytest.mark.parametrize("accept", FORMS)
async def test_a_secret_value_is_masked_wherever_it_occurs(debugged, accept):
    def function():
        password = "hun" + "ter2"
        copy = f"<{password}>"
        with_another_name = [copy, {copy: 1}]
        try:
            raise KeyError(password)
        except KeyError as error:
            error.add_note(f"It was {with_another_name}.")
            login(password)

    answer = await debugged(function, accept, f"/hunter2?q={'hunter'}2", headers=[("x-copy", "hunter2")])
    assert "hunter2" not in answer.text
    assert MASK in answer.text


@pytest.mark.parametrize("accept", FORMS)
@pytest.mark.parametrize(
    "secret", ['it\'s a "sesame"\\', "line one of it\nline two of it", "ünïcödé", "a&b=c d", "\x00\x1b[0m"]
)
async def test_a_secret_value_is_masked_in_every_form_of_writing_it(debugged, accept, secret):
    from urllib.parse import quote, quote_plus

    def function():
        password = secret
        forms = [
            password,
            password.encode(),
            repr(password),
            json.dumps(password),
            quote(password),
            quote_plus(password),
        ]
        raise ExceptionGroup("\n".join(map(str, forms)), [ValueError(forms)])

    answer = await debugged(function, accept)
    for part in re.split(r"\W+", secret):
        if len(part) > 5:
            assert part not in answer.text


@pytest.mark.parametrize("accept", FORMS)
async def test_the_credentials_of_a_request_are_masked_wherever_they_occur(debugged, accept, fails):
    headers = [
        ("authorization", "Basic Ym9iOm9wZW4gc2VzYW1l"),  # bob:open sesame
        ("x-api-key", "key-of-the-api"),
        ("cookie", "theme=cookie-one; id=cookie-two"),
    ]
    error = ValueError(
        "open sesame Ym9iOm9wZW4gc2VzYW1l key-of-the-api cookie-one cookie-two in-query in path sub-state"
    )
    answer = await debugged(
        fails(error),
        accept,
        "/?token=in-query",
        headers,
        path_params={"token": "in path"},
        state={"settings": {"secret": "sub-state"}},
    )
    for secret in ("sesame", "Ym9iOm9wZW4", "key-of", "cookie-one", "cookie-two", "in-query", "in path", "sub-state"):
        assert secret not in answer.text


@pytest.mark.parametrize("value", ["Basic", "Basic !", "Basic YWJjZ", "Basic YWJj", "Token xyzw", ""])
async def test_other_credentials(report, fails, value):
    found = await report(fails(ValueError("xyzw")), headers=[("authorization", value)])
    assert ["authorization", MASK if value else ""] in found["request"]["headers"]
    assert found["errors"][0]["message"] == (MASK if "xyzw" in value else "xyzw")


async def test_values_of_less_than_four_characters_are_masked_where_they_are_alone(variable, report):
    assert await variable("abc", "password") == MASK

    def function():
        password = "abc"
        raise ValueError(f"alphabet, abc {password}")

    assert (await report(function))["errors"][0]["message"] == "alphabet, abc abc"


async def test_a_value_that_is_but_a_name_of_secrets_is_no_secret(report):
    def function():
        token_kind = "bearer"  # noqa: F841
        raise ValueError("bearer of bad news")

    found = (await report(function))["errors"][0]
    assert found["message"] == "bearer of bad news"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://bob:hunter2@db/shop", "postgresql://bob:********@db/shop"),
        ("redis://:hunter2@localhost", "redis://:********@localhost"),
        ("postgresql://bob:hu/nt?er#2@db/shop", "postgresql://bob:********@db/shop"),
        ("<https://bob:hun@ter2@example.org/a> b@c", "<https://bob:********@example.org/a> b@c"),
        ("http://example.org:80/a, a@b", "http://example.org:80/a, a@b"),
        ("http://bob:@example.org/", "http://bob:@example.org/"),
        ("sent Bearer abc.DEF-123", "sent Bearer ********"),
        ("said Basic Ym9iOnNlc2FtZQ== here", "said Basic ******** here"),
        ("Basic knowledge, and Bearer of news", "Basic knowledge, and Bearer of news"),
        (
            '--b\r\nX: form-data; name="password"\r\n\r\nhunter\n2\r\n--b\r\nX: y; name="a"\r\n\r\nc\r\n--b--',
            '--b\r\nX: form-data; name="password"\r\n\r\n********\r\n--b\r\nX: y; name="a"\r\n\r\nc\r\n--b--',
        ),
        ("b'name=\"pin\"\\r\\n\\r\\n1234\\r\\n--b--'", "b'name=\"pin\"\\r\\n\\r\\n********\\r\\n--b--'"),
        ('name="pin"\n\n1234', 'name="pin"\n\n********'),
        ('name="pin"\n\n', 'name="pin"\n\n'),
    ],
)
def test_what_looks_like_a_secret_in_a_text(text, shown):
    assert Secrets().hide(text) == shown


async def test_half_a_secret_is_not_left_where_a_text_is_cut(report, text):
    def function():
        password = "0123456789abcdef" * 16
        raise ValueError("x" * 7900 + password + "y" * 20_000)

    for shown in ((await report(function))["errors"][0]["message"], await text(function)):
        assert "0123" not in shown
    digits = "456" + "789"
    for begin in range(230, 244):

        def cutting(begin=begin):
            password = "0123456789abcdef"
            copy = "x" * begin + password + "y" * 20_000
            raise ValueError(len(copy))

        assert digits not in json.dumps(await report(cutting))


LONG = "".join(map(str, range(100)))


async def test_half_a_secret_is_not_left_where_masks_have_made_a_text_shorter(report):
    def function():
        password = LONG
        raise ValueError(password * 100)  # what is looked at ends within one of them

    found = (await report(function))["errors"][0]["message"]
    assert LONG[:8] not in found
    assert found.endswith("… (19000 characters)")


async def test_a_secret_longer_than_4096_characters_is_masked_in_parts(report, text):
    def function():
        private_key = "".join(f"<{number}>" for number in range(2000))
        raise ValueError(private_key)

    assert (await report(function))["errors"][0]["message"].startswith("********")
    digits = "<1" + "999>"
    assert digits not in str(await report(function))
    assert "<1>" not in await text(function)


async def test_the_longest_of_secrets_goes_first(report):
    def function():
        password, token = "secret-one", "my-secret-one-indeed"
        raise ValueError(f"{token} {password}")

    assert (await report(function))["errors"][0]["message"] == f"{MASK} {MASK}"


async def test_a_secret_of_asterisks_does_not_grow(report):
    def function():
        password, token, pin = "****", "******", "********"
        raise ValueError("**** ****** ********", password and token and pin)

    assert (await report(function))["errors"][0]["message"] == "('**** ****** ********', '********')"


def test_only_so_many_values_are_known():
    secrets = Secrets()
    values = [f"value-{number:06}" for number in range(5000)]
    for value in values:
        secrets.add(value)
    hidden = secrets.hide(" ".join(values))
    assert hidden.startswith(MASK)
    assert 500 <= hidden.count(MASK) <= 2100
    assert hidden.endswith(values[-1])


@given(st.text(), st.text(min_size=4), st.text())
def test_no_value_is_left(before, value, after):
    value += "9"  # no word that says what kind of secret it is
    secrets = Secrets()
    secrets.add(value)
    hidden = secrets.hide(before + value + after)
    assert value not in hidden or "*" in value  # which a mask and what is beside it may be


@given(st.text(alphabet="pasword=:'\"\\ b{},&/@.-\n"))
def test_any_text_keeps_what_is_no_secret(text):
    hidden = Secrets().hide(text)
    if "password" not in text and "pw" not in text and "pass" not in text and "://" not in text:
        assert hidden == text or MASK in hidden


@pytest.mark.parametrize(
    "unit",
    ["://", "://a:", "://a:@", "://a:b/", "Bearer ", "Bearer a", 'name="pin"', 'name="pin"\n\n', "name=a"],
)
def test_text_is_searched_in_linear_time(assert_linear, unit):
    assert_linear(Secrets().hide, lambda n: unit * n, 1000)
