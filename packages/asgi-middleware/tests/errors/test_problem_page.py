from base64 import b64encode
from hashlib import sha256

import pytest

from asgi_middleware import ExceptionMiddleware, Problem, ProblemDetails
from asgi_types import HTTPException

INJECTION = '"><script>alert(1)</script>&amp;{title}'


@pytest.fixture
def problem_page(drive, raising, read_page):
    async def make(error):
        app = ExceptionMiddleware(raising(error), {HTTPException: ProblemDetails()})
        answer = await drive.request(app, headers={"accept": "text/html"})
        return answer, read_page(answer.text)

    return make


async def test_what_it_shows(problem_page):
    problem = Problem(
        403, "It costs 50.", title="Out of credit", type="https://example.org/credit", account_id="a7", n=1
    )
    _, page = await problem_page(problem)
    assert page.texts("title") == page.texts("h1") == ["Out of credit"]
    assert page.texts("p") == ["403", "It costs 50.", "About this kind of problem"]
    (link,) = [element["attrs"] for element in page.elements if element["tag"] == "a"]
    assert link == {"href": "https://example.org/credit", "rel": "noreferrer"}
    assert list(zip(page.texts("dt"), page.texts("dd"), strict=True)) == [("account id", "a7"), ("n", "1")]


async def test_what_there_is_not_is_not_shown(problem_page):
    _, page = await problem_page(Problem(404, type="urn:x", values=[1], more={"a": 1}))
    assert page.texts("p") == ["404"]
    assert page.tags.isdisjoint({"a", "dl"})


async def test_everything_is_escaped(problem_page):
    problem = Problem(403, INJECTION, title=INJECTION, type=f"https://example.org/{INJECTION}", member=INJECTION)
    _, page = await problem_page(problem)
    assert "script" not in page.tags
    assert page.texts("h1") == page.texts("dd") == [INJECTION]
    assert page.texts("p")[1] == INJECTION
    assert [e["attrs"]["href"] for e in page.elements if e["tag"] == "a"] == [f"https://example.org/{INJECTION}"]


async def test_a_type_that_runs_code_is_no_link(problem_page):
    _, page = await problem_page(Problem(403, type="javascript:alert(1)"))
    assert "a" not in page.tags


async def test_the_policy_allows_it_its_style_and_nothing_else(problem_page):
    answer, page = await problem_page(Problem(404))
    (style,) = page.texts("style")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert page.tags.isdisjoint({"script", "link", "img", "iframe"})


async def test_headers_of_the_exception_count_more(problem_page):
    answer, _ = await problem_page(HTTPException(404, headers={"Content-Security-Policy": "default-src 'self'"}))
    assert answer.headers.getlist("content-security-policy") == ["default-src 'self'"]
