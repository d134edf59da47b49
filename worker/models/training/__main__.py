"""Make the starter model: render the corpus, train, export, measure.

    python -m worker.models.training --minutes 90 --out build/starter

Each step keeps what it finds done, so a run that was stopped goes on.
"""

import argparse
import json
from pathlib import Path

from worker.models.training.corpus import render
from worker.models.training.evaluate import evaluate
from worker.models.training.export import export
from worker.models.training.train import Plan, train

_STARTER = Path(__file__).parents[1] / "starter"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the corpus, the checkpoint and the model")
    parser.add_argument("--minutes", type=float, default=90, help="of training")
    parser.add_argument(
        "--sentences", type=int, default=34_000, help="of the grammar; all meeting transcripts come on top"
    )
    parser.add_argument("--transcripts", type=float, default=1.0, help="share of the meeting transcripts")
    parser.add_argument("--resume", type=Path, help="checkpoint to begin with")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    tokenizer = _STARTER / "tokenizer.json"
    shards = render(chosen.out / "corpus", grammar=chosen.sentences, transcripts=chosen.transcripts, seed=chosen.seed)
    checkpoint = chosen.out / "checkpoint.pt"
    plan = Plan(minutes=chosen.minutes, seed=chosen.seed, device=chosen.device)
    train(shards, tokenizer, checkpoint, plan, resume=chosen.resume)
    model = chosen.out / "model"
    print("alignment heads", export(checkpoint, model, tokenizer))
    figures = evaluate(model)
    (chosen.out / "evaluation.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
