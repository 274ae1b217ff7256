"""How far an answer agrees with people's: VQA accuracy, as its authors define it."""

from __future__ import annotations

import re
from collections import Counter

_ENOUGH = 3
"""People who gave an answer for it to be wholly right."""
_NUMBERS = dict(
    zip(
        ("none", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
         "ten"),
        ("0", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"),
        strict=True,
    )
)  # fmt: skip
_ARTICLES = frozenset(("a", "an", "the"))


def plain(answer: object) -> str:
    """Give an answer as it is compared: small letters, no punctuation, no articles, digits.

    Examples
    --------
    >>> plain("The Two cats.")
    '2 cats'
    >>> plain("1,000.5 m")
    '1000.5 m'
    """
    text = str(answer).casefold()
    text = re.sub(r"(?<=\d),(?=\d)|(?<!\d)\.|\.(?!\d)|'", "", text)
    words = re.sub(r"[^\w.]", " ", text).split()
    return " ".join(_NUMBERS.get(each, each) for each in words if each not in _ARTICLES)


def agreement(answer: object, reference: object) -> float:
    """Give VQA accuracy, from 0 to 1.

    Parameters
    ----------
    answer : object
        What a model said.
    reference : list of str
        What each of several people said, ten in the authors' data; a single text is what all said.

    Notes
    -----
    The mean, over all ways to leave one person out, of ``min(n / 3, 1)``, with n how many of the
    others gave this answer. The authors replace a list of contractions; here apostrophes are left
    out on both sides, which compares alike.

    References
    ----------
    Antol et al. (2015), "VQA: Visual Question Answering", arXiv:1505.00468, and its evaluation.
    """
    said = plain(answer)
    if not isinstance(reference, (list, tuple)):
        return float(said == plain(reference))
    people = Counter(map(plain, reference))
    count, same = len(reference), people[said]
    if count == 1:
        return float(same)
    out = same * min((same - 1) / _ENOUGH, 1.0) + (count - same) * min(same / _ENOUGH, 1.0)
    return out / count if count else 0.0
