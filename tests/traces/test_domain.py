"""What is contained is never added to what contains it."""

from hypothesis import given
from hypothesis import strategies as st

from submeter.traces.domain import Domain, outermost

names = st.sampled_from("abcdef")


@st.composite
def nests(draw):
    """Draw domains, each inside an earlier one, inside one that is not metered, or on its own."""
    found: list[Domain] = []
    for name in draw(st.permutations("abcdef")):
        inside = draw(st.sampled_from(["", "unmetered", *(each.id for each in found)]))
        found.append(Domain(name, "cpu", inside))
    return found


@given(nests())
def test_of_a_chain_of_domains_exactly_one_is_added(domains):
    inside = {each.id: each.inside for each in domains}
    added = {each.id for each in outermost(domains)}
    for each in domains:
        chain = [each.id]
        while inside.get(chain[-1], "") in inside:
            chain.append(inside[chain[-1]])
        assert len(added.intersection(chain)) == 1


@given(nests())
def test_what_lies_in_nothing_metered_is_added(domains):
    known = {each.id for each in domains}
    expected = [each for each in domains if each.inside not in known]
    assert outermost(domains) == expected


def test_a_domain_named_twice_is_added_once():
    twice = [Domain("package:0", "cpu"), Domain("package:0", "cpu")]
    assert len(outermost(twice)) == 1
