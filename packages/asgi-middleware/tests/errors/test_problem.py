import pytest

from asgi_middleware import ExceptionMiddleware, Problem
from asgi_types import HTTPException


def test_it_is_an_http_exception():
    problem = Problem(403, "Not yours.", {"x-one": "1"})
    assert isinstance(problem, HTTPException)
    assert (problem.status_code, problem.detail, problem.headers) == (403, "Not yours.", {"x-one": "1"})
    assert str(problem) == "403: Not yours."


@pytest.mark.parametrize(
    ("problem", "document"),
    [
        (Problem(404), {"type": "about:blank", "title": "Not Found", "status": 404}),
        (Problem(), {"type": "about:blank", "title": "Internal Server Error", "status": 500}),
        (Problem(499), {"type": "about:blank", "title": "Error", "status": 499}),
        (Problem(404, ""), {"type": "about:blank", "title": "Not Found", "status": 404, "detail": ""}),
        (
            Problem(
                403,
                "It costs 50.",
                type="https://example.org/credit",
                title="Out of credit",
                instance="/orders/7",
                balance=30,
                accounts=["/a"],
            ),
            {
                "type": "https://example.org/credit",
                "title": "Out of credit",
                "status": 403,
                "detail": "It costs 50.",
                "instance": "/orders/7",
                "balance": 30,
                "accounts": ["/a"],
            },
        ),
    ],
)
def test_the_document(problem, document):
    assert problem.document() == document
    assert list(problem.document()) == list(document)


def test_a_kind_of_problem_is_a_class():
    class OutOfCredit(Problem):
        status_code, type, title, instance = 403, "out-of-credit", "Out of credit", "/here"

    problem = OutOfCredit(balance=30)
    assert problem.document() == {
        "type": "out-of-credit",
        "title": "Out of credit",
        "status": 403,
        "instance": "/here",
        "balance": 30,
    }
    assert problem.detail == "Out of credit"
    assert OutOfCredit(402, title="Other", instance="/there").document()["title"] == "Other"


@pytest.mark.parametrize("name", ["status", "two words", "7", ""])
def test_names_of_members_are_checked(name):
    with pytest.raises(ValueError, match=r"No name for a member of a problem: .* The status is given as status_code"):
        Problem(404, **{name: 1})


async def test_without_problem_details_it_is_its_detail(drive, raising):
    answer = await drive.request(ExceptionMiddleware(raising(Problem(403, "Not yours.", {"x-one": "1"}, balance=30))))
    assert (answer.status, answer.text, answer.headers["x-one"]) == (403, "Not yours.", "1")
    answer = await drive.request(ExceptionMiddleware(raising(Problem(404))))
    assert (answer.status, answer.text) == (404, "Not Found")
