"""Answers that are counted, timed and logged as they are given."""

import time

from lems_guard.answering.answer import Answer, Answers, Observe
from lems_guard.clinical.deadline import InTime, always


class Observed:
    """`Answers` of which somebody hears, each with the seconds it took."""

    __slots__ = ("_answers", "_observe")

    def __init__(self, answers: Answers, observe: Observe) -> None:
        """`observe` hears of each answer; a request that is refused has none."""
        self._answers = answers
        self._observe = observe

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises as `Answers` do."""
        begun = time.perf_counter()
        answer = self._answers.answer(raw, in_time)
        self._observe(answer, time.perf_counter() - begun)
        return answer
