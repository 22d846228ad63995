import math

import pytest

from asgi_forms import FORM_LIMITS, FormError, FormLimitsMiddleware, parse_form

MULTIPART = {"content-type": "multipart/form-data; boundary=x"}


@pytest.fixture
def urlencoded(upload):
    """The headers of such a form."""
    return {"content-type": upload.URLENCODED}


class Form:
    """An application that parses the form and answers with the number of its fields."""

    def __init__(self, **limits):
        self.limits = limits

    async def __call__(self, scope, receive, send):
        try:
            form = await parse_form(scope, receive, **self.limits)
        except FormError as error:
            text = str(error)
        else:
            text = str(len(form.multi_items()))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text.encode()})


async def test_it_limits_the_forms_of_an_application(drive, multipart, urlencoded):
    app = FormLimitsMiddleware(Form(), max_fields=2)
    body = multipart.body(*[multipart.part("a")] * 3)
    for headers, most, more in (
        (urlencoded, b"a=1&b=2", b"a=1&b=2&c=3"),
        (MULTIPART, multipart.body(*[multipart.part("a")] * 2), body),
    ):
        assert (await drive.request(app, "/", "POST", most, headers=headers)).text == "2"
        answer = await drive.request(app, "/", "POST", more, headers=headers)
        assert answer.text == "413: Too many fields. Maximum number of fields is 2."


@pytest.mark.parametrize(
    ("outer", "inner", "given", "limit"),
    [
        ({"max_fields": 2}, {}, {}, 2),
        ({"max_fields": 2}, {"max_files": 1}, {}, 2),
        ({"max_fields": 2}, {"max_fields": 3}, {}, 3),
        ({"max_fields": 3}, {"max_fields": 2}, {}, 2),
        ({"max_fields": 2}, {"max_fields": None}, {}, 2),
        ({"max_fields": 2}, {"max_fields": 3}, {"max_fields": 4}, 4),
        ({"max_fields": 4}, {"max_fields": 3}, {"max_fields": None}, 3),
        ({"max_fields": None}, {"max_fields": None}, {"max_fields": None}, 1000),
    ],
)
async def test_the_inner_one_goes_before_the_outer_one_and_an_argument_before_both(
    drive, urlencoded, outer, inner, given, limit
):
    app = FormLimitsMiddleware(FormLimitsMiddleware(Form(**given), **inner), **outer)
    most, more = b"&".join([b"a"] * limit), b"&".join([b"a"] * (limit + 1))
    assert (await drive.request(app, "/", "POST", most, headers=urlencoded)).text == str(limit)
    answer = await drive.request(app, "/", "POST", more, headers=urlencoded)
    assert answer.text == f"413: Too many fields. Maximum number of fields is {limit}."


async def test_it_can_lift_a_limit(drive, urlencoded):
    app = FormLimitsMiddleware(Form(), max_fields=math.inf)
    assert (await drive.request(app, "/", "POST", b"a&" * 1001, headers=urlencoded)).text == "1001"


async def test_the_scope_of_others_stays_as_it_is(drive, urlencoded):
    scope = drive.scope("/", "POST", urlencoded)
    app = FormLimitsMiddleware(Form(), max_fields=1)
    await drive.events(app, scope, [{"type": "http.request", "body": b"a"}])
    assert FORM_LIMITS not in scope


async def test_websockets_and_lifespans_pass_through():
    seen = []

    async def app(*args):
        seen.append(args)

    for kind in ("websocket", "lifespan"):
        arguments = ({"type": kind}, object(), object())
        await FormLimitsMiddleware(app, max_fields=1)(*arguments)
        passed = seen.pop()
        assert all(one is other for one, other in zip(passed, arguments, strict=True))
        assert passed[0] == {"type": kind}


def test_limits_that_are_none_are_refused_at_once():
    with pytest.raises(TypeError, match="'max_field' is not a limit of forms; these are: max_fields, max_file_size, "):
        FormLimitsMiddleware(Form(), max_field=1)
    with pytest.raises(ValueError, match="max_fields is -1: give a number of at least 0"):
        FormLimitsMiddleware(Form(), max_fields=-1)
