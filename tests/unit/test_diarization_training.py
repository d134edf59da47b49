"""The parts of the diarization's training that need neither espeak-ng nor time."""

from itertools import permutations
from pathlib import Path
from random import Random

import numpy as np

from worker.diarization.libraries import import_pyannote
from worker.models.training.diarization import plda
from worker.models.training.diarization.conversations import MEETING_ROOM, Manners, mix, place, turns
from worker.models.training.diarization.segmentation import targets
from worker.models.training.diarization.utterances import Utterance, speech_in

RATE = 16_000


def tone(seconds: float, *, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(np.arange(int(seconds * RATE)) * 0.2)).astype(np.float32)


def test_pauses_shorter_than_a_third_of_a_second_belong_to_the_speech() -> None:
    silence = np.zeros(int(0.2 * RATE), np.float32)
    audio = np.concatenate([tone(0.5), silence, tone(0.5), silence, silence, tone(0.4)])

    stretches = speech_in(audio)

    assert [(round(start, 2), round(end, 2)) for start, end in stretches] == [(0.0, 1.2), (1.6, 2.0)]


def test_nobody_talks_over_himself_and_overlaps_happen() -> None:
    def say(speaker: int, short: bool) -> Utterance:
        audio = tone(0.6 if short else 3.0)
        return Utterance(audio, speech_in(audio))

    placed = place(say, [0, 1, 2], 300, Manners(overlaps=0.5, replies=0.2), Random(1))

    own: dict[int, list[tuple[int, int]]] = {}
    for one in placed:
        own.setdefault(one.speaker, []).append((one.start, one.start + len(one.utterance.audio)))
    for spans in own.values():
        assert all(end <= start for (_, end), (start, _) in zip(sorted(spans), sorted(spans)[1:], strict=False))
    spoken = turns(placed)
    assert any(b[1] < a[2] for a, b in zip(spoken, spoken[1:], strict=False))
    assert np.abs(mix(placed, 300 * RATE, Random(2), MEETING_ROOM)).max() > 0.01


def test_targets_are_pyannotes_powerset_under_every_order_of_speakers() -> None:
    import_pyannote()
    import torch
    from pyannote.audio.utils.powerset import Powerset

    activity = np.array([[[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1) if a + b + c < 3]], np.float32)
    powerset = Powerset(3, 2)

    made = targets(activity)

    for number, order in enumerate(permutations(range(3))):
        theirs = powerset.to_powerset(torch.from_numpy(activity[..., order])).argmax(-1)
        assert made[0, number].tolist() == theirs[0].tolist()


def test_the_plda_separates_speakers_as_pyannote_reads_it(tmp_path: Path) -> None:
    import_pyannote()
    from pyannote.audio.core.plda import PLDA

    noise = np.random.default_rng(1)
    means = noise.normal(size=(60, 32)) * 3
    speakers = np.repeat(np.arange(60), 30)
    vectors = means[speakers] + noise.normal(size=(1800, 32)) * np.linspace(0.2, 2, 32)

    plda.fit(vectors, speakers, tmp_path, dimension=16)

    model = PLDA(tmp_path / "xvec_transform.npz", tmp_path / "plda.npz", lda_dimension=16)
    found = model(vectors)
    within = np.mean([found[speakers == one].var(axis=0) for one in range(60)], axis=0)
    assert np.allclose(within, 1, atol=0.1)  # whitened within speakers
    assert (np.diff(model.phi) <= 0).all()
    assert model.phi[0] > 10 > model.phi[-1] / 10
