"""One record per person: matched by number, then by name and telephone, then asked; doubles found; numbers read rarely."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given as examples
from hypothesis import settings as quick
from hypothesis import strategies as st

from foundation.accounts.enums import Role
from foundation.audit.models import Entry, Payload
from foundation.core.crypto import decrypt
from foundation.core.errors import NotAllowed
from foundation.core.identifiers import masked_account, plain_phone
from parties.enums import KinKind, PairGround, RevealKind, SameName, Sealed
from parties.models import Contact, Person, PersonTie, Reveal, SuspectedPair
from parties.selectors import contacts_on, contacts_visible_to, kin_of, masked, pairs_visible_to, shown_account
from parties.services import (
    PartyRefused,
    PersonDraft,
    add_contact,
    end_contact,
    end_tie,
    find_pairs,
    keep_account,
    keep_apart,
    look_for_pairs,
    mask_contact,
    register_persons,
    reveal,
    reveal_contact,
    reveal_directory,
    tie_persons,
)
from tests.factories.assignments import (
    ExpertFactory,
    FirmFactory,
    MembershipFactory,
    PersonFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, SectionFactory, UserFactory, office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)
ID, OTHER_ID = "11010519491231002X", "440524188001010014"
PHONE, OTHER_PHONE = "13912345678", "13800001111"
ACCOUNT = "6222020200012345678"


@pytest.fixture
def people():
    return office()


@pytest.fixture
def known(people):
    return {"bureau": people["bureau"], "by": people["clerk"], "on": ON}


def register(known, *drafts):
    return register_persons(drafts=drafts, **known)


@pytest.mark.edge("E5")
def test_person_is_found_by_number_after_the_phone_changed_then_by_name_and_phone(known):
    first = register(known, PersonDraft("张演示", ID, PHONE))[0]

    by_number = register(known, PersonDraft("张演示", ID, OTHER_PHONE))[0]
    by_phone = register(known, PersonDraft("张演示", phone="138 0000-1111"))[0]

    assert (by_number.pk, by_phone.pk) == (first.pk, first.pk)
    assert Person.objects.count() == 1


@pytest.mark.edge("E5")
def test_two_numbers_with_one_name_and_phone_are_two_persons_and_a_question(known):
    one = register(known, PersonDraft("张演示", ID, PHONE))[0]

    two = register(known, PersonDraft("张演示", OTHER_ID, PHONE))[0]

    one.refresh_from_db()
    assert one.pk != two.pk
    assert decrypt(one.id_sealed) == ID  # the number of the first was not overwritten
    pair = SuspectedPair.objects.get()
    assert (pair.first_id, pair.second_id, pair.ground, pair.answer) == (one.pk, two.pk, PairGround.NAME_PHONE, "")


@pytest.mark.edge("E5")
def test_whom_an_answer_named_gets_one_number_and_the_row_with_a_second_one_is_refused(known):
    one = register(known, PersonDraft("张演示", phone=PHONE))[0]
    drafts = [PersonDraft("张演示", number, OTHER_PHONE, known=one.pk) for number in (ID, OTHER_ID)]

    with pytest.raises(PartyRefused) as caught:
        register(known, *drafts)

    assert (caught.value.refusal.code, caught.value.refusal.facts["index"]) == ("number_differs", 1)
    assert [row.id_index for row in Person.objects.all()] == [None]


@pytest.mark.edge("E5")
def test_one_person_found_in_several_ways_keeps_what_each_row_brings(known):
    one = register(known, PersonDraft("张演示", ID, PHONE))[0]
    bare = register(known, PersonDraft("李演示", phone=PHONE))[0]

    register(known, PersonDraft("张演示", ID, OTHER_PHONE), PersonDraft("张演示", phone=PHONE, email="a@example.org"))
    rows = register(known, PersonDraft("李演示", known=bare.pk), PersonDraft("李演示", OTHER_ID, PHONE))

    one.refresh_from_db()
    assert (one.email, {row.pk for row in rows}) == ("a@example.org", {bare.pk})
    assert Person.objects.get(pk=bare.pk).id_index


@pytest.mark.edge("E5")
def test_whom_an_answer_named_has_the_number_of_the_first_row_when_the_second_comes_by_telephone(known):
    one = register(known, PersonDraft("张演示", phone=PHONE))[0]
    drafts = [PersonDraft("张演示", ID, OTHER_PHONE, known=one.pk), PersonDraft("张演示", OTHER_ID, PHONE)]

    first, second = register(known, *drafts)

    one.refresh_from_db()
    assert (first.pk, decrypt(one.id_sealed)) == (one.pk, ID)
    assert decrypt(Person.objects.get(pk=second.pk).id_sealed) == OTHER_ID


@pytest.mark.edge("E5")
def test_a_name_alone_is_asked_about_and_the_answer_is_kept(known):
    one = register(known, PersonDraft("张演示", phone=PHONE))[0]
    before = (Person.objects.count(), Entry.objects.count())

    with pytest.raises(PartyRefused) as caught:
        register(known, PersonDraft("张演示", asks=True))
    assert caught.value.refusal.code == "same_name_known"
    assert caught.value.refusal.facts["field"] == "same_name"
    assert (Person.objects.count(), Entry.objects.count()) == before

    same = register(known, PersonDraft("张演示", asks=True, same_name=SameName.SAME))[0]
    other = register(known, PersonDraft("张演示", asks=True, same_name=SameName.OTHER))[0]
    assert same.pk == one.pk
    assert other.pk != one.pk
    pair = SuspectedPair.objects.get()
    assert (pair.answer, pair.answered_on, pair.answered_by) == (SameName.OTHER, ON, known["by"])


def test_of_several_of_one_name_the_number_is_asked_for(known):
    register(known, PersonDraft("张演示", phone=PHONE), PersonDraft("张演示", phone=OTHER_PHONE))

    with pytest.raises(PartyRefused) as caught:
        register(known, PersonDraft("张演示", asks=True, same_name=SameName.SAME))

    assert caught.value.refusal.code == "namesakes_several"


def test_another_number_or_birthday_needs_no_question(known):
    register(known, PersonDraft("张演示", ID))

    other = register(known, PersonDraft("张演示", OTHER_ID, asks=True))[0]
    third = register(known, PersonDraft("张演示", born_on=date(1990, 1, 1), asks=True))[0]

    assert len({other.pk, third.pk}) == 2


def test_an_import_is_never_asked_but_leaves_the_question(known):
    rows = register(known, PersonDraft("张演示", born_on=ON), PersonDraft("张演示", born_on=ON))

    assert rows[0].pk != rows[1].pk
    assert SuspectedPair.objects.get().ground == PairGround.NAME_BIRTH


def test_whole_bureau_is_looked_through_and_what_was_answered_stays(known, people):
    PersonFactory(bureau=people["bureau"], name="李演示", born_on=ON)
    PersonFactory(bureau=people["bureau"], name="李演示", born_on=ON)
    PersonFactory(name="李演示", born_on=ON)  # of another bureau

    assert look_for_pairs(bureau=people["bureau"], by=people["clerk"], on=ON) == 1
    keep_apart(pair=SuspectedPair.objects.get(), words="两个身份证", by=people["clerk"], on=ON)
    assert look_for_pairs(bureau=people["bureau"], by=people["clerk"], on=ON) == 0
    with pytest.raises(PartyRefused, match="2020-06-01"):
        keep_apart(pair=SuspectedPair.objects.get(), words="又一次", by=people["clerk"], on=ON)
    with pytest.raises(NotAllowed):
        keep_apart(pair=SuspectedPair.objects.get(), words="无权", by=UserFactory(role=Role.CLERK), on=ON)


def test_a_line_that_many_share_is_an_offices(known, people):
    drafts = [PersonDraft(f"某{n}", phone="053188880000") for n in range(6)]
    register(known, *drafts)

    assert not SuspectedPair.objects.exists()
    assert find_pairs(bureau=people["bureau"], on=ON) == 0


def test_answer_needs_words(known):
    register(known, PersonDraft("张演示", born_on=ON), PersonDraft("张演示", born_on=ON))

    with pytest.raises(PartyRefused) as caught:
        keep_apart(pair=SuspectedPair.objects.get(), words=" ", by=known["by"], on=ON)

    assert caught.value.refusal.facts == {"field": "words"}
    assert pairs_visible_to(UserFactory(bureau=known["bureau"], role=Role.FIRM_MEMBER)).count() == 0


@pytest.mark.edge("E60")
def test_account_is_sealed_masked_and_revealed_for_a_purpose(known, people):
    row = register(known, PersonDraft("张演示", ID, PHONE))[0]

    row = keep_account(person=row, account="6222 0202 0001 2345 678", bank="演示银行", by=people["clerk"], on=ON)

    assert ACCOUNT not in row.account_sealed
    assert shown_account(row) == "**** 5678 演示银行"
    said = " ".join([*Entry.objects.values_list("text", flat=True), *Payload.objects.values_list("data", flat=True)])
    assert ACCOUNT not in said
    shown = reveal(person=row, what=Sealed.ACCOUNT, purpose="发放评审费", by=people["clerk"], on=ON)
    assert shown == ACCOUNT
    kept = Reveal.objects.get()
    assert (kept.what, kept.person, kept.purpose, kept.by) == (
        RevealKind.ACCOUNT,
        row,
        "发放评审费",
        people["clerk"],
    )


def test_account_is_kept_by_the_person_himself_and_nobody_else(people):
    expert = ExpertFactory(bureau=people["bureau"])
    stranger = expert_user(ExpertFactory(bureau=people["bureau"]))

    keep_account(person=expert.person, account=ACCOUNT, bank="", by=expert_user(expert), on=ON)
    with pytest.raises(NotAllowed):
        keep_account(person=expert.person, account=ACCOUNT, bank="", by=stranger, on=ON)
    with pytest.raises(PartyRefused) as caught:
        keep_account(person=expert.person, account="12-34", bank="", by=people["clerk"], on=ON)

    assert caught.value.refusal.code == "account_wrong"


@pytest.mark.rule("R-51")
def test_numbers_are_read_no_more_often_than_the_rule_says(known, people):
    RuleValueFactory(rule_set=RuleSetFactory(bureau=people["bureau"]), key="reveals_a_day", value=2)
    row = register(known, PersonDraft("张演示", ID, PHONE))[0]
    given = {"person": row, "what": Sealed.PHONE, "purpose": "通知", "by": people["clerk"]}
    assert [reveal(on=ON, **given), reveal(on=ON, **given)] == [PHONE, PHONE]

    with pytest.raises(PartyRefused) as caught:
        reveal(on=ON, **given)

    assert caught.value.refusal.code == "reveals_too_many"
    assert Reveal.objects.count() == 2
    assert reveal(on=date(2020, 6, 2), **given) == PHONE
    assert reveal(on=ON, **(given | {"by": people["head"]})) == PHONE


def test_contacts_of_unit_firm_and_section_are_dated_and_seen_by_their_own_side(people):
    bureau = people["bureau"]
    unit, firm, section = UnitFactory(bureau=bureau), FirmFactory(bureau=bureau), SectionFactory(bureau=bureau)
    unit_man, firm_man = unit_user(unit), firm_user(firm)
    given = {"duty": "绩效联络员", "phone": PHONE, "on": ON}
    of_unit = add_contact(organisation=unit.organisation, name="单位人", by=unit_man, **given)
    of_firm = add_contact(organisation=firm.organisation, name="机构人", by=firm_man, **given)
    of_section = add_contact(section=section, name="科室人", by=people["clerk"], **given)

    assert [row.of for row in (of_unit, of_firm, of_section)] == ["UNIT", "FIRM", "SECTION"]
    assert set(contacts_visible_to(people["clerk"])) == {of_unit, of_firm, of_section}
    assert set(contacts_visible_to(unit_man)) == {of_unit}
    assert set(contacts_visible_to(firm_man)) == {of_firm}
    with pytest.raises(NotAllowed):
        add_contact(organisation=firm.organisation, name="外人", by=unit_man, **given)
    with pytest.raises(NotAllowed):
        add_contact(section=section, name="外人", by=firm_man, **given)
    with pytest.raises(NotAllowed):
        add_contact(name="无处", by=people["clerk"], **given)

    later = date(2020, 8, 1)
    end_contact(contact=of_firm, by=firm_man, on=later)
    heir = add_contact(section=section, name="继任", by=people["clerk"], **(given | {"on": later}))
    every = Contact.objects.all()
    assert set(contacts_on(every, ON)) == {of_unit, of_firm, of_section}
    assert set(contacts_on(every, later)) == {of_unit, heir}
    with pytest.raises(PartyRefused):
        end_contact(contact=of_firm, by=firm_man, on=later)
    with pytest.raises(PartyRefused) as caught:
        add_contact(section=section, by=people["clerk"], **(given | {"name": " "}))
    assert caught.value.refusal.facts == {"field": "name"}


def test_telephone_of_a_contact_and_of_a_directory_are_read_for_a_purpose(people):
    section = SectionFactory(bureau=people["bureau"])
    given = {"section": section, "phone": PHONE, "by": people["clerk"], "on": ON}
    rows = [add_contact(duty=duty, name="甲", **given) for duty in ("科室负责人", "绩效联络员")]

    assert reveal_contact(contact=rows[0], purpose="通知开会", by=people["clerk"], on=ON) == PHONE
    found = reveal_directory(contacts=rows, purpose="会务通讯录", by=people["clerk"], on=ON)

    assert found == {row.pk: PHONE for row in rows}
    assert list(Reveal.objects.order_by("pk").values_list("what", "count")) == [("CONTACT", 1), ("DIRECTORY", 2)]
    with pytest.raises(PartyRefused):
        reveal_directory(contacts=rows, purpose=" ", by=people["clerk"], on=ON)
    with pytest.raises(NotAllowed):
        reveal_directory(contacts=rows, purpose="外局", by=UserFactory(role=Role.CLERK), on=ON)
    with pytest.raises(NotAllowed):
        reveal_contact(contact=rows[0], purpose="领导", by=people["leader"], on=ON)


@pytest.mark.edge("E49")
def test_near_relations_are_declared_by_himself_and_ended_by_the_register_only(people):
    expert = ExpertFactory(bureau=people["bureau"])
    spouse = PersonFactory(bureau=people["bureau"])
    me = expert_user(expert)

    tie = tie_persons(first=expert.person, second=spouse, kind=KinKind.SPOUSE, source="本人", by=me, on=ON)

    ends = [(expert.person_id, spouse.pk, "SPOUSE"), (spouse.pk, expert.person_id, "SPOUSE")]
    assert (kin_of([expert.person_id], ON), kin_of([spouse.pk], ON)) == (ends, ends)
    with pytest.raises(PartyRefused) as caught:
        tie_persons(first=spouse, second=expert.person, kind=KinKind.SPOUSE, source="", by=people["clerk"], on=ON)
    assert caught.value.refusal.code == "tie_stands"
    with pytest.raises(PartyRefused):
        tie_persons(first=spouse, second=spouse, kind=KinKind.SPOUSE, source="", by=people["clerk"], on=ON)
    with pytest.raises(NotAllowed):
        end_tie(tie=tie, by=me, on=ON)
    end_tie(tie=tie, by=people["clerk"], on=ON)
    assert kin_of([expert.person_id], ON) == []
    with pytest.raises(PartyRefused):
        end_tie(tie=tie, by=people["clerk"], on=ON)
    assert PersonTie.objects.count() == 1


def test_masked_contact_data_are_shown_and_revealed_to_nobody(known, people):
    row = register(known, PersonDraft("张演示", ID, PHONE, email="a@example.cn"))[0]
    keep_account(person=row, account=ACCOUNT, bank="", by=people["clerk"], on=ON)

    row = mask_contact(person=row, reason="本人要求", by=people["clerk"], on=ON)

    assert masked(row) == ("1101**********002X", "")
    assert (shown_account(row), row.email) == ("", "")
    for what in (Sealed.PHONE, Sealed.ACCOUNT):
        with pytest.raises(PartyRefused) as caught:
            reveal(person=row, what=what, purpose="联系", by=people["clerk"], on=ON)
        assert caught.value.refusal.source.startswith("个人信息保护法")
    assert reveal(person=row, what=Sealed.ID_NUMBER, purpose="个税申报", by=people["clerk"], on=ON) == ID
    assert Payload.objects.get().data.count("a***@example.cn") == 1


@quick(max_examples=40)
@examples(st.text("0123456789", min_size=11, max_size=11).map(lambda rest: "1" + rest[1:]), st.data())
def test_a_phone_is_compared_without_blanks_hyphens_and_prefix(plain, data):
    marks = data.draw(st.lists(st.sampled_from(["", " ", "-"]), min_size=11, max_size=11))
    typed = "".join(mark + digit for mark, digit in zip(marks, plain, strict=True))

    assert {plain_phone(text) for text in (typed, f"+86{typed}", f"+86 {typed}", f"0086{typed}")} == {plain}


@quick(max_examples=40)
@examples(st.text("123456789", min_size=8, max_size=30))
def test_an_account_shows_its_last_four_digits_only(number):
    assert masked_account(number) == f"**** {number[-4:]}"
    assert set(masked_account(number[:4])) == {"*"}


def test_membership_makes_a_unit_keep_its_own_contacts_only_while_it_runs(people):
    unit = UnitFactory(bureau=people["bureau"])
    user = UserFactory(bureau=people["bureau"], role=Role.UNIT)
    MembershipFactory(user=user, organisation=unit.organisation, ended_on=ON)

    with pytest.raises(NotAllowed):
        add_contact(organisation=unit.organisation, duty="负责人", name="甲", phone="", by=user, on=ON)


def test_older_contacts_are_sorted_by_whose_they_are(people):
    fill = import_module("parties.migrations.0005_contacts_bureau").fill
    bureau = people["bureau"]
    bodies = {"UNIT": UnitFactory(bureau=bureau).organisation, "FIRM": FirmFactory(bureau=bureau).organisation}
    facts = {"bureau": bureau, "of": "UNIT", "duty": "负责人", "name": "甲", "started_on": ON}
    rows = {of: Contact.objects.create(organisation=body, **facts) for of, body in bodies.items()}
    section = Contact.objects.create(section=SectionFactory(bureau=bureau), **(facts | {"of": "SECTION"}))

    fill(apps, None)

    assert {of: Contact.objects.get(pk=row.pk).of for of, row in rows.items()} == {"UNIT": "UNIT", "FIRM": "FIRM"}
    assert Contact.objects.get(pk=section.pk).of == "SECTION"
