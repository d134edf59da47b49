"""What a model is asked in a case: the very request that Steno sends, schema and limits included."""

from tests.promptfoo.cases import answer_tokens, case, prompts
from worker.summarization.language_model.answers import Extraction, schema
from worker.summarization.language_model.dialect import Dialect


def extraction(context: dict) -> dict:
    """promptfoo's prompt: the messages, and the parameters they go out with."""
    asked = case(context["vars"])
    said = prompts(asked.golden, context["config"]["template"])
    messages = said.extraction(asked.window)
    parameters = Dialect().parameters(messages, schema(Extraction), answer_tokens(said))
    return {"prompt": parameters.pop("messages"), "config": parameters}
