"""How a short answer is marked: exact match and F1 of words, as SQuAD defines them."""

from __future__ import annotations

import re
import string
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def plain(text: object) -> list[str]:
    """Give the words of an answer in lower case, without punctuation and articles.

    Examples
    --------
    >>> plain("The U.S. president, in 1962")
    ['us', 'president', 'in', '1962']
    """
    return _ARTICLES.sub(" ", str(text).lower().translate(_PUNCTUATION)).split()


def squad(answer: object, reference: object) -> tuple[float, float]:
    """Give F1 and exact match against the best of the references.

    Parameters
    ----------
    answer : object
        A text; of several, which come best first, the first counts. Empty: "it is not in there".
    reference : object
        A text or several; empty where the right answer is that there is none.

    Notes
    -----
    F1 is that of the words both have, ``2 n / (a + r)``; without any word on one side it is 1 if
    there is none on the other either.

    References
    ----------
    Rajpurkar et al. (2016), arXiv:1606.05250, section 6.1; for questions without an answer
    Rajpurkar, Jia and Liang (2018), arXiv:1806.03822.
    """
    if isinstance(answer, (list, tuple)):
        answer = answer[0] if answer else ""
    wanted = list(reference) if isinstance(reference, (list, tuple)) else [reference]
    said = plain(answer)
    marks = [_one(said, plain(each)) for each in wanted or [""]]
    return max(each[0] for each in marks), max(each[1] for each in marks)


def _one(said: list[str], wanted: list[str]) -> tuple[float, float]:
    exact = float(said == wanted)
    if not said or not wanted:
        return exact, exact
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2.0 * shared / (len(said) + len(wanted)), exact
