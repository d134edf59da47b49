"""Questions to the recording: asked here, answered by a worker from the latest transcript, with what proves it."""

from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from steno.answer import Answer as Found
from steno.answer import Exchange
from steno.database.tables import Job, Question
from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.ledger import jobs, questions
from steno.states import Queue
from web.api.documents import TRANSCRIPT, find
from web.api.views import Moment, moment
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.openings import note
from web.problems import TooManyRequests
from web.services import services

routes = Routes("questions")
_FOLDER = "questions"


class QuestionRequest(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, StringConstraints(min_length=1, max_length=1000)] = Field(
        description="In the language of the recording, or another that the model knows."
    )


class QuestionView(BaseModel):
    """A question, and its answer as soon as there is one."""

    id: str
    state: Literal["due", "running", "done", "failed"]
    question: str
    answer: Found | None = Field(description="Sentences where a language model answered, and the best passages.")
    error: str | None
    created: Moment | None
    finished: Moment | None


class QuestionList(BaseModel):
    """Of one job, oldest first."""

    questions: list[QuestionView]


_ONE = Answer("The question.", QuestionView)


@routes.operation(
    "POST",
    "/jobs/<id:job_id>/questions",
    scope="jobs:write",
    answers={202: Answer("It will be answered; look again.", QuestionView)},
    problems=[409],
)
def ask_question(job_id: str, body: QuestionRequest) -> Response:
    """Ask the recording.

    A worker answers from the latest transcript, by the language model that the operator has set, each sentence with the
    words that prove it; without a model it finds the passages that are most like the question.
    """
    here, who = services(), caller()
    if (wait := here.questions.wait(who.user_id)) > 0:
        raise TooManyRequests(wait)
    question = clean(body.question)
    if not question:
        raise InvalidOption("There is no question", "Write one.")
    job = find(job_id, TRANSCRIPT).job
    blob = here.vault.write_document(job, _FOLDER, Exchange(question=question).model_dump_json().encode())

    def ask(session: Session) -> Question:
        return questions.ask(session, jobs.get(session, who.user_id, job_id), blob)

    try:
        made = here.database.write(ask)
    except BaseException:
        here.blobs.delete(blob)
        raise
    here.nudge(Queue.LLM)
    return json_answer(_view(job, made), 202)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/questions",
    scope="jobs:read",
    answers={200: Answer("Oldest first.", QuestionList)},
)
def list_questions(job_id: str) -> Response:
    """What was asked of a recording."""
    with services().database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
        found = questions.questions_of(session, job)
    if found:
        note(job, _FOLDER)
    return json_answer(QuestionList(questions=[_view(job, one) for one in found]))


@routes.operation("GET", "/jobs/<id:job_id>/questions/<id:question_id>", scope="jobs:read", answers={200: _ONE})
def get_question(job_id: str, question_id: str) -> Response:
    """A question, and its answer as soon as there is one."""
    job, found = _found(job_id, question_id)
    note(job, _FOLDER)
    return json_answer(_view(job, found))


@routes.operation(
    "DELETE",
    "/jobs/<id:job_id>/questions/<id:question_id>",
    scope="jobs:write",
    answers={204: Answer("Deleted.")},
)
def delete_question(job_id: str, question_id: str) -> Response:
    """Delete a question and its answer."""
    here, who = services(), caller()

    def forget(session: Session) -> str:
        return questions.forget(session, jobs.get(session, who.user_id, job_id), question_id)

    here.blobs.delete(here.database.write(forget))
    return Response(status=204)


def _found(job_id: str, question_id: str) -> tuple[Job, Question]:
    with services().database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
        return job, questions.get(session, job, question_id)


def _view(job: Job, one: Question) -> QuestionView:
    here = services()
    try:
        said = Exchange.model_validate_json(here.vault.read_document(job, one.blob))
    except FileNotFoundError:  # answered at this moment
        with here.database.reading() as session:
            one = questions.get(session, job, one.id)
        said = Exchange.model_validate_json(here.vault.read_document(job, one.blob))
    return QuestionView.model_validate(
        {
            "id": one.id,
            "state": one.state,
            "question": said.question,
            "answer": said.answer,
            "error": one.error,
            "created": moment(one.created),
            "finished": moment(one.finished),
        }
    )
