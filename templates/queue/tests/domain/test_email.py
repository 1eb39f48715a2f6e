"""The fast path and the judge give the same answer, wherever the fast path gives one."""

from __future__ import annotations

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadflow.domain.email import LATIN, ROLE_NAMES, parse_address, parse_domain
from leadflow.domain.errors import LeadRejected

LOCALS = st.one_of(
    st.text("abzABZ019._+-'\"@ ", max_size=70),
    st.sampled_from(sorted(ROLE_NAMES)),
    st.text(max_size=8),
)
LABELS = st.one_of(
    st.text(f"abzABZ019-_{LATIN}ßÜİ", max_size=66),
    st.text("xn-abü", min_size=3, max_size=8),
    st.text(max_size=4),
)
TOPS = st.sampled_from(
    ["com", "de", "test", "local", "arpa", "c", "1", "COM", "xn--p1ai", "рф", "ö"]
)


@given(local=LOCALS, labels=st.lists(LABELS, min_size=1, max_size=4), top=TOPS)
@example(local="Info", labels=["acme"], top="com")
@example(local="ada", labels=["b\u00fccher", "xn--bcher-kva"], top="de")
@example(local="ada", labels=["ü" * 58], top="de")
def test_an_address_is_accepted_exactly_when_the_judge_accepts_it_and_in_the_same_form(
    local: str, labels: list[str], top: str
) -> None:
    text = f"{local}@{'.'.join([*labels, top])}"
    try:
        judged = email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        with pytest.raises(LeadRejected):
            parse_address(text)
        return

    address = parse_address(text)

    assert address.text == judged.normalized
    assert address.domain.text == judged.domain
    assert address.key == f"{judged.local_part.lower()}@{judged.ascii_domain}"


@pytest.mark.parametrize("letter", LATIN)
def test_every_letter_of_the_fast_path_means_the_same_to_the_judge(letter: str) -> None:
    host = f"a{letter}b.{letter}.com"
    judged = email_validator.validate_email(f"x@{host}", check_deliverability=False)

    assert parse_domain(host) == (judged.domain, judged.ascii_domain, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Acme.com", "ada@acme.com"),
        ("ada@b\u00fccher.de", "ada@xn--bcher-kva.de"),
        ("ada@bu\u0308cher.de", "ada@B\u00dcCHER.de"),
    ],
)
def test_case_punycode_and_composition_do_not_make_another_address(one: str, other: str) -> None:
    assert parse_address(one).key == parse_address(other).key


@pytest.mark.parametrize(
    "text", ["", "ada", "ada@", "@acme.com", "a\u200bda@acme.com", "ada@acme\n.com"]
)
def test_what_is_no_address_is_rejected_without_being_repeated(text: str) -> None:
    with pytest.raises(LeadRejected) as rejection:
        parse_address(text)

    assert not text or text not in str(rejection.value)


def test_a_mixed_script_domain_is_flagged_and_a_pure_one_is_not() -> None:
    assert parse_address("ada@\u0430cme.com").domain.is_mixed_script  # Cyrillic a
    assert not parse_address("ada@пример.com").domain.is_mixed_script
    assert not parse_address("ada@b\u00fccher.de").domain.is_mixed_script
