import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware._errors.masking import MASK, Secrets


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


# Each secret has a digit, and nothing else has one.
SHOWN = [
    ("password=hunter2", "password=********"),
    ("user=bob password=hunter2 host=x", "user=bob password=******** host=x"),
    ("a=b&token=hunter2&c=d", "a=b&token=********&c=d"),
    ('{"password": "hunter2", "a": true}', '{"password": "********", "a": true}'),
    ('{"a":"b","password":"hun\\"ter2"}', '{"a":"b","password":"********"}'),
    ("{'password': b'hunter2'}", "{'password': '********'}"),
    ("User(name='bob', password='hunter2')", "User(name='bob', password='********')"),
    ('{\\"password\\": \\"hunter two 2\\", \\"a\\": 0}', '{\\"password\\": "********", \\"a\\": 0}'),
    ("{\\'password\\': \\'hunter 2\\'}", "{\\'password\\': '********'}"),
    ("password = 'hunter2'", "password = '********'"),
    ("password= 'hunter2'", "password= '********'"),
    ('note="password=hunter2"', 'note="password=********"'),
    ('password="unclosed 2\nnext', "password=********\nnext"),
    # values that are no text
    ('{"pin": 1234, "a": true}', '{"pin": ********, "a": true}'),
    ("{'tokens': ['a1', 'b2]', 'c\\'3'], 'x': 'y'}", "{'tokens': ********, 'x': 'y'}"),
    ("{'credentials': {'a': {'b': 1}, 'c': 2}, 'x': 'y'}", "{'credentials': ********, 'x': 'y'}"),
    ("f(password=Secret('x1'), b='y')", "f(password=********, b='y')"),
    ("f(password=<Secret 'x1'>, b='y')", "f(password=********, b='y')"),
    ("f(passwords=['x1', 'y2", "f(passwords=********"),
    # headers, YAML and other lines
    ("Authorization: Token hunter2", "Authorization: ********"),
    ("X-Api-Key:hunter2", "X-Api-Key:********"),
    ("GET /\r\nX-Auth: Token a1 b2\r\nHost: a", "GET /\r\nX-Auth: ********\r\nHost: a"),
    ("b'GET /\\r\\nX-Auth: Token a1\\r\\nHost: a'", "b'GET /\\r\\nX-Auth: ********\\r\\nHost: a'"),
    ("db:\n  password: hunt er2\n  host: x", "db:\n  password: ********\n  host: x"),
    ("['password: it\\'s 2']", "['password: ********']"),
    ("'sent Cookie: a=1; b=2', 'x'", "'sent Cookie: ********', 'x'"),
    ("Authorization: Digest username='b1', response='2'", "Authorization: '********'"),
    ("the password: hunter2 is wrong", "the password: ********"),
    ("'\\nauth: hunter2'", "'\\nauth: ********'"),
    # lists of arguments, and pairs
    ("['mysql', '-u', 'x', '--password', 'hunter2']", "['mysql', '-u', 'x', '--password', '********']"),
    ("mysql --password hunter2 -u x", "mysql --password ******** -u x"),
    ("[(b'authorization', b'Token a1'), (b'host', b'a')]", "[(b'authorization', '********'), (b'host', b'a')]"),
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_what_stands_behind_a_secret_name_in_a_text(text, shown):
    assert Secrets().hide(text) == shown


@given(st.text(), st.sampled_from(["{{'password': {}}}", "password={}", "(b'token', {})", "--pin {}", "secret: {}"]))
def test_no_quoted_value_is_left(value, template):
    for written in (f"x{value}9", f"x{value}9".encode()):
        assert repr(written)[2:-1] not in Secrets().hide(f"before {template.format(repr(written))}, after")


@given(st.text(alphabet="ab1:/@=?#&,;()[]{} "), st.sampled_from(["\n", "\r\n", "\\r\\n"]))
def test_no_line_is_left(value, end):
    hidden = Secrets().hide(f"a: b{end}  api-key: x{value}9{end}c: d")
    assert hidden == f"a: b{end}  api-key: {MASK}{end}c: d"


@pytest.mark.parametrize(
    "text",
    [
        "password=",
        "password=)",
        "password=None, token=True",
        "{'password': None, 'session': {}, 'token': '', 'auth': []}",
        "password == given",
        "password: None",
        "Invalid token: signature has expired.",
        "Wrong password: must have at least 12 characters",
        "token://a, myapp.auth::login",
        "author='bob'",
        "author: 'bob'",
        "--verbose 3 -p",
    ],
)
def test_what_is_no_secret_stays(text):
    assert Secrets().hide(text) == text


@pytest.mark.parametrize("text", ["def f(token: str):", "f(password=given)", "['password', 'email']", "--token x"])
def test_in_source_only_quotes_behind_an_equals_sign_or_a_colon_count(text):
    assert Secrets().hide(text, is_source=True) == text


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain"])
async def test_no_form_of_the_page_has_such_a_secret(debugged, fails, accept):
    secret = "sesame" + str(8)
    error = ValueError(f"Authorization: Token {secret}")
    error.add_note(f"x:\n  password: {secret}\n  --pin {secret}")
    answer = await debugged(fails(error), accept)
    assert secret not in answer.text
    assert MASK in answer.text


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "password",
        "a=",
        "password=",
        "password=' ",
        'password="',
        "password=\\'",
        "password=\\",
        "password= ",
        "password: ",
        "password: '",
        "a token: x ",
        "a token: x\n",
        "cookie: ='",
        "password=[",
        'password={"',
        "'a",
        "'password', ",
        "--token ",
        "x --token ",
        "\\npassword: x",
        "a.",
        "\\",
        "\\'",
        " ",
        " :",
    ],
)
def test_text_is_searched_in_linear_time(assert_linear, unit):
    assert_linear(Secrets().hide, lambda n: unit * n, 4000)
