import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


@pytest.fixture
def line(report, generated):
    """How a line of an application's source is shown."""

    async def make(source, filename="masked.py"):
        function = generated(f"def function(*args, made={{}}):\n    missing\n    {source}\n", filename)
        lines = (await report(function))["errors"][0]["frames"][0]["source"]
        return "\n".join(line["text"] for line in lines[2:]).strip()

    return make


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('password = "hunter2"', 'password = "********"'),
        ("password = 'hunter2'  # why", 'password = "********"  # why'),
        ('password: str = "hunter2"', 'password: str = "********"'),
        ('password = b"hunter2"', 'password = "********"'),
        ('password = f"hunter{2}"', 'password = "********"'),
        ('password = "hun" "ter2"', 'password = "********"'),
        ('password = "hun" + "ter2"', 'password = "********" + "********"'),
        ('password = "hunter2".encode()', 'password = "********".encode()'),
        ('password = args or "hunter2"', 'password = args or "********"'),
        ('password += "hunter2"', 'password += "********"'),
        ('user, password = "bob", "hunter2"', 'user, password = "********", "********"'),
        ('[user, password] = ["bob", "hunter2"]', '[user, password] = ["bob", "********"]'),
        ('user = password = "hunter2"', 'user = password = "********"'),
        ('made.password = "hunter2"', 'made.password = "********"'),
        ('made["password"] = "hunter2"', 'made["password"] = "********"'),
        ('made[0] = "shown"', 'made[0] = "shown"'),
        ('(password := "hunter2")', '(password := "********")'),
        ('dict(password="hunter2")', 'dict(password="********")'),
        ('dict(**{"password": "hunter2"})', 'dict(**{"password": "********"})'),
        ('({**made, "password": "hunter2"})', '({**made, "password": "********"})'),
        ('[("password", "hunter2")]', '[("password", "********")]'),
        ('["password", "hunter2"]', '["password", "********"]'),
        ('made.setdefault("password", "hunter2")', 'made.setdefault("password", "********")'),
        ('if args == "hunter2": password', 'if args == "hunter2": password'),
        ('if made.password == "hunter2": pass', 'if made.password == "********": pass'),
        ('def inner(user="bob", password="hunter2"): pass', 'def inner(user="bob", password="********"): pass'),
        ('def inner(a, /, *, password="hunter2", b): pass', 'def inner(a, /, *, password="********", b): pass'),
        ('password = made.get("DB_PASSWORD", "hunter2")', 'password = made.get("DB_PASSWORD", "********")'),
        ('password = getattr("DB_PASSWORD")', 'password = getattr("DB_PASSWORD")'),
        ('password = made["db-password"]', 'password = made["db-password"]'),
        ('password = Secret("hunter2", kind="abc")', 'password = Secret("********", kind="********")'),
        ('"ü"; password = "hünter2"; "after"', '"ü"; password = "********"; "after"'),
        ("password: str", "password: str"),
        ("password = None", "password = None"),
        ("user, password = args", "user, password = args"),
        ('author = "shown"', 'author = "shown"'),
        ('author = "x"  # password="hunter2"', 'author = "x"  # password="********"'),
        ("dict(password=made)", "dict(password=made)"),
    ],
)
async def test_literals_of_secret_names_are_masked(line, source, shown):
    assert await line(source) == shown


async def test_a_literal_of_many_lines(line):
    source = 'private_key = """hunter1\nhunter2\nhunter3"""; "shown"'
    assert await line(source) == 'private_key = "********"\n"********"\n"********"; "shown"'


async def test_a_literal_of_the_application_is_masked_everywhere(report, generated):
    source = "PASSWORD = 'hunter' '2'\ndef function():\n    raise ValueError('hunter' + '2')\n"
    assert (await report(generated(source, "own.py")))["errors"][0]["message"] == "********"


async def test_a_literal_of_a_library_is_masked_in_its_source_only(report, generated):
    source = "token = 'number'\ndef function():\n    raise ValueError('not a number')\n"
    found = (await report(generated(source, "/venv/site-packages/lib.py")))["errors"][0]
    assert found["message"] == "not a number"
    assert found["frames"][0]["source"][0]["text"] == 'token = "********"'


@pytest.mark.parametrize("rest", ["(", "\x00", "(" * 300, "\n" + "# a long file\n" * 100_000])
async def test_what_cannot_be_parsed_is_searched_by_line(report, generated, rest):
    import linecache

    function = generated("def function():\n    raise ValueError\npassword = 'hunter2'\n", "unparsed.py")
    source = "def function():\n    raise ValueError\npassword = 'hunter2'\n" + rest
    linecache.cache["unparsed.py"] = (len(source), None, source.splitlines(keepends=True), "unparsed.py")
    lines = (await report(function))["errors"][0]["frames"][0]["source"]
    assert lines[2]["text"] == "password = '********'"


async def test_an_expression_that_is_nested_very_deep(report, generated):
    source = "def function():\n    raise ValueError\n" + "password = " + " + ".join(["'hunter2'"] * 500) + "\n"
    import linecache

    function = generated("def function():\n    raise ValueError\n", "deep.py")
    linecache.cache["deep.py"] = (len(source), None, source.splitlines(keepends=True), "deep.py")
    assert "hunter2" not in str(await report(function))
