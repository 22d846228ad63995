import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


async def test_the_traceback_the_variables_and_the_request(text):
    def function():
        count, password = 3, "hunter2"
        raise ValueError(f"{count} is too many, {password}")

    found = await text(function, path="/orders?token=abcdef")
    traceback, _, rest = found.partition("\nVariables of ")
    assert traceback.startswith("Traceback (most recent call last):\n")
    assert traceback.endswith("ValueError: 3 is too many, ********\n")
    name, _, rest = rest.partition(":\n")
    assert name.endswith("function")
    assert rest == "  count = 3\n  password = ********\n\nRequest: GET http://testserver/orders?token=********\n"


async def test_variables_of_libraries_are_left_out(text, generated):
    source = "def function():\n    inside = 7\n    raise ValueError\n"
    found = await text(generated(source, "/venv/site-packages/lib.py"))
    assert "inside" not in found.partition("\nVariables of ")[2]


async def test_a_group(text, fails):
    found = await text(fails(ExceptionGroup("both failed", [ValueError("one"), KeyError("two")])))
    assert "ValueError: one\n" in found
    assert "KeyError: 'two'\n" in found


async def test_without_variables(text, fails, generated):
    error = ValueError("no")
    error.__traceback__ = None
    function = generated("def function():\n    raise ValueError\n", "bare.py")
    assert "Variables of function" not in await text(function)
