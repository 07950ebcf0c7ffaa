"""What a page says of colleagues: nobody of an area that the reader does not see, and no place of anybody protected."""

from hypothesis import given
from hypothesis import strategies as st

from hub.access.colleagues import Colleague, cut_colleague
from schemas.access import Basis, Decision
from schemas.source import Area

decisions = st.frozensets(st.sampled_from(Area)).map(
    lambda shown: Decision(
        allowed=True, basis=Basis.TEAM, shown=shown, withheld=frozenset(Area) - shown, policy_version=""
    )
)
colleagues = st.none() | st.sampled_from(Area)


@given(decisions, colleagues, st.booleans(), st.booleans())
def test_nothing_of_a_colleague_tells_of_an_area_that_is_withheld(
    decision: Decision, area: Area | None, is_reader: bool, is_protected: bool
) -> None:
    colleague = Colleague(name="Ole Bruun", title="sygeplejerske", unit="Hjemmeplejen", phone="44773100", area=area)
    cut = cut_colleague(colleague, decision, is_reader=is_reader, is_protected=is_protected)
    if is_protected:
        assert (cut.unit, cut.phone) == (None, None)
    if is_reader or area in decision.shown or not decision.withheld:
        assert (cut.name, cut.title, cut.area) == ("Ole Bruun", "sygeplejerske", area)
        assert is_protected or cut == colleague
    else:
        assert cut == Colleague(name=None if area else "Ole Bruun")
