import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


SECRET = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "db_password",
    "DATABASE_PASSWORD",
    "userPassword",
    "PasswordHash",
    "secret",
    "SECRET_KEY",
    "client_secret",
    "clientSecret",
    "token",
    "access_token",
    "X-Auth-Token",
    "refreshToken",
    "api_key",
    "apikey",
    "API-KEY",
    "X-Api-Key",
    "apiKey",
    "authorization",
    "Proxy-Authorization",
    "auth",
    "oauth",
    "basic_auth",
    "cookie",
    "Set-Cookie",
    "credential",
    "credentials",
    "private_key",
    "PRIVATE",
    "session",
    "session_id",
    "sessionid",
    "csrf",
    "csrftoken",
    "X-CSRF-Token",
    "xsrf",
    "signature",
    "X-Hub-Signature-256",
    "pin",
    "PIN",
    "user_pin",
    "otp",
    "totp",
    "pwd",
    "db_pwd",
    "pass",
    "db_pass",
    "jwt",
    "bearer",
    "sid",
    "dsn",
    "SENTRY_DSN",
    "cvv",
    "salt",
    "hmac",
    "access_key",
    "aws_secret_access_key",
    "signing_key",
    "ssh_key",
    "creds",
    "credit_card",
    "cardNumber",
    "iban",
    "mfa_code",
]

HARMLESS = [
    "author",
    "authors",
    "authentic",
    "mapping",
    "spinner",
    "pinned",
    "shipping",
    "passenger",
    "compass",
    "bypass",
    "user",
    "name",
    "key",
    "keys",
    "keyboard",
    "monkey",
    "path",
    "passes",
    "id",
    "value",
    "request",
    "scope",
    "receive",
    "send",
    "email",
    "accept",
    "host",
    "user-agent",
    "content-type",
    "sidebar",
    "inside",
    "dsnet",
    "saltwater",
    "possible",
    "optional",
    "description",
    "typing",
    "hair_pins",
]


@pytest.mark.parametrize("begin", range(0, len(SECRET), 12))
async def test_what_has_such_a_name_is_masked(variable, begin):
    names = SECRET[begin : begin + 12]
    shown = ", ".join(f"{name!r}: '********'" for name in names)
    assert await variable(dict.fromkeys(names, 7)) == f"{{{shown}}}"


@pytest.mark.parametrize("name", ["password", "SECRET_KEY", "userPassword", "api_key"])
async def test_of_whatever_kind_it_is(variable, report, fails, name):
    assert await variable("hunter2", name) == "********"
    found = (await report(fails(ValueError()), path=f"/?{name}=hunter2", headers=[(name.lower(), "hunter2")]))[
        "request"
    ]
    assert [name.lower(), "********"] in found["headers"]
    assert found["query_params"] == [[name, "********"]]


@pytest.mark.parametrize("begin", range(0, len(HARMLESS), 12))
async def test_what_has_another_is_shown(variable, begin):
    names = HARMLESS[begin : begin + 12]
    shown = ", ".join(f"{name!r}: 1" for name in names)
    assert await variable(dict.fromkeys(names, 1)) == f"{{{shown}}}"


async def test_a_very_long_name_is_looked_at_in_part(variable):
    assert "'x'" in await variable({"a" * 100_000 + "_password": "x"})
