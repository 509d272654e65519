"""What several formats ask of the same immutable value is worked out once.

Values are told apart by being the same object, which costs nothing; comparing or hashing a result would cost more than
most answers. A value is kept with its answer, so that its id stays its own while it is known here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Value = TypeVar("Value")
Answer = TypeVar("Answer")


def remembered(most: int) -> Callable[[Callable[[Value], Answer]], Callable[[Value], Answer]]:
    """For a function of one immutable value: its answers for the ``most`` values or fewer that came last."""

    def remembering(function: Callable[[Value], Answer]) -> Callable[[Value], Answer]:
        answers: dict[int, tuple[Value, Answer]] = {}

        @wraps(function)
        def answer(value: Value) -> Answer:
            known = answers.get(id(value))
            if known is not None:
                return known[1]
            if len(answers) >= most:
                answers.clear()
            made = function(value)
            answers[id(value)] = (value, made)
            return made

        return answer

    return remembering
