"""From whose side an account is made: one word decides it, or is refused."""

import pytest

from submeter.accounting.methods import METHODS
from submeter.accounting.scopes import Reporter
from submeter.accounting.viewpoint import ROLES, SCORES, viewpoint
from submeter.errors import UsageError

IDS = [method.id for method in METHODS]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["", *IDS])
def test_a_role_goes_with_every_method_unless_it_is_one_of_two_scores(role, method):
    if role not in SCORES:
        assert viewpoint(role, method) == (Reporter(role), "")
    elif method in {"", SCORES[role]}:
        assert viewpoint(role, method) == (Reporter.OPERATOR, SCORES[role])
    else:
        with pytest.raises(UsageError, match=f"is of SCI for AI, and .* {method}"):
            viewpoint(role, method)


def test_without_a_role_it_is_the_operators_by_any_method():
    assert viewpoint("") == (Reporter.OPERATOR, "")


def test_a_role_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(UsageError) as told:
        viewpoint("owner", where="--role")
    assert "--role" in str(told.value)
    assert all(role in told.value.fix for role in ROLES)


def test_both_scores_are_methods():
    assert set(SCORES.values()) <= set(IDS)
