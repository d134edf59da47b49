"""Make the bundled diarization pipeline: python -m worker.models.training.diarization --minutes 36 --out build/starter

Renders the voices, trains both networks, fits the PLDA, chooses the clustering's parameters on development meetings and
measures the whole on the held-out ones. Steps whose files exist are not repeated.
"""

import argparse
import json
import time
from pathlib import Path

from worker.models.training.diarization import embedding, meetings, segmentation, tune
from worker.models.training.diarization.export import configure, save
from worker.models.training.diarization.networks import embedding_network, segmentation_network
from worker.models.training.diarization.utterances import render

_HELD_OUT = Path(__file__).parents[4] / "tests/recordings/speakers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="directory of the pipeline")
    parser.add_argument("--work", type=Path, default=Path("build/diarization"), help="directory for what is between")
    parser.add_argument("--minutes", type=float, default=36, help="of training, both networks together")
    parser.add_argument("--share", type=float, default=0.6, help="of that time for the segmentation")
    parser.add_argument("--resume", type=Path, help="directory with segmentation.pt and embedding.pt to go on from")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--voices", type=int, default=270, help="made-up voices; each is used at two pitches")
    parser.add_argument("--windows", type=int, default=4000, help="to fit the PLDA on")
    parser.add_argument("--meetings", type=int, default=24, help="to choose the clustering's parameters on")
    chosen = parser.parse_args()
    begun = time.monotonic()
    bank = chosen.work / "bank"
    render(bank, made_up=chosen.voices, sentences=14)
    _train(chosen, bank)
    pipeline: Path = chosen.out
    _assemble(chosen.work, bank, pipeline, chosen.windows)
    development = chosen.work / "development"
    if not list(development.glob("*.json")):
        meetings.main(["development", str(development), str(chosen.meetings)])
    error = tune.tune(pipeline, development)
    figures = {
        "development": {"der": round(error, 4), "meetings": chosen.meetings},
        "held_out": tune.score(pipeline, _HELD_OUT),
        "minutes": round((time.monotonic() - begun) / 60, 1),
    }
    (chosen.work / "evaluation.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))


def _train(chosen: argparse.Namespace, bank: Path) -> None:
    shares = {"embedding": 1 - chosen.share, "segmentation": chosen.share}
    for name, train in (("embedding", embedding.train), ("segmentation", segmentation.train)):
        made, unfinished = chosen.work / f"{name}.pt", chosen.work / f"{name}.part"
        if not made.exists():
            resume = chosen.resume / f"{name}.pt" if chosen.resume else None
            train(bank, unfinished, minutes=chosen.minutes * shares[name], device=chosen.device, resume=resume)
            unfinished.rename(made)


def _assemble(work: Path, bank: Path, pipeline: Path, windows: int) -> None:
    import torch

    listening, voices = segmentation_network(), embedding_network()
    listening.load_state_dict(torch.load(work / "segmentation.pt", weights_only=True))
    voices.load_state_dict(torch.load(work / "embedding.pt", weights_only=True))
    save(listening.eval(), pipeline / "segmentation")
    save(voices.eval(), pipeline / "embedding")
    tune.fit_plda(voices, bank, pipeline / "plda", windows=windows)
    configure(pipeline, threshold=0.6, fa=0.07, fb=0.8)


if __name__ == "__main__":
    main()
