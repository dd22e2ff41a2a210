"""The chart and the rules, looked up as a pharmacist does."""

import pytest
from playwright.sync_api import Browser, expect

from edges.http.calling import send
from edges.workbench.browsing import opened
from lems_guard.clinical.severity import Severity
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.papers.card import card_of
from lems_guard.papers.chart import WAYS, chart_of
from lems_guard.papers.search import rules_found, wanted
from running import Running

EDITION = browse_edition(packaged_rules())


def html(running: Running, path: str) -> str:
    return send(running.http_at, path, "", {}, "GET").text


def test_every_id_stands_on_one_page(service: Running) -> None:
    text = html(service, "/rules")
    missing = [rule.id for rule in EDITION.knowledge.rules if f'"/rules/{rule.id}"' not in text]
    assert not missing


@pytest.mark.parametrize(
    ("query", "rule", "reason"),
    [
        ("metoprolol", "beta-blocker-weakness", "a generic"),
        ("Toprol", "beta-blocker-weakness", "a brand"),
        ("C07AB02", "beta-blocker-weakness", "an ATC code"),
        ("6918", "beta-blocker-weakness", "an RxNorm code"),
        ("β-blocker", "beta-blocker-weakness", "a class"),
        ("beta-blocker-weakness", "beta-blocker-weakness", "an id"),
        ("metoprololo", "beta-blocker-weakness", "another language"),
    ],
)
def test_a_rule_is_found(query: str, rule: str, reason: str) -> None:
    found = [each.id for each in rules_found(EDITION.knowledge, wanted(query, EDITION.understand))]
    assert rule in found, reason
    assert len(found) < len(EDITION.knowledge.rules) / 4, reason


def test_what_is_nothing_finds_nothing() -> None:
    assert not list(rules_found(EDITION.knowledge, wanted("zzzomycin", EDITION.understand)))


def test_the_list_narrows_while_one_types(service: Running, browser: Browser) -> None:
    with opened(browser, service, "/rules") as page:
        page.get_by_label("Search").fill("Zithromax")
        expect(page.get_by_text("is read as azithromycin")).to_be_visible()
        expect(page.get_by_role("link", name="Macrolides")).to_be_visible()
        page.get_by_label("Search").fill("")
        page.get_by_label("Worst").select_option("CONTRAINDICATED")
        expect(page.locator(".s.avoid")).to_have_count(0)
        expect(page.locator(".s.contraindicated").first).to_be_visible()
        page.locator("[name=review]").select_option("SIGNED")
        expect(page.get_by_text(f"0 of {len(EDITION.knowledge.rules)} rules")).to_be_visible()


def test_a_rule_is_told_whole(service: Running, browser: Browser) -> None:
    rule = EDITION.knowledge.rule("beta-blocker-weakness")
    assert rule is not None
    with opened(browser, service, f"/rules/{rule.id}") as page:
        text = page.locator("main").inner_text()
        for row in rule.outcomes:
            assert row.severity.name in text
            assert row.advice.deed in text
        first = rule.outcomes[0].advice
        for said in (first.action, first.consequence, first.mechanism, *first.monitoring):
            assert said in text
        for each in first.evidence:
            assert each.source.title in text
            assert each.locator in text
        assert "carried over from myasthenia gravis" in text
        assert "It nearly does" in text
        assert "A fact is missing" in text
        assert "by nobody" in text
        assert "metoprolol" in text


def test_a_rule_that_is_not_there_says_which_is_near(service: Running) -> None:
    reply = send(service.http_at, "/rules/beta-bloker-weakness", "", {}, "GET")
    assert reply.status == 404
    assert "did you mean beta-blocker-weakness?" in reply.text


def test_the_chart_says_of_each_way_the_worst_that_a_rule_can_say() -> None:
    rows = {(row.name, row.stopped): row for row in chart_of(EDITION.knowledge)}
    ways = [way.short for way in WAYS]
    eye = rows["beta-blocker", False].marks[ways.index("eye")]
    assert eye is not None
    assert (eye.severity, eye.depends) == (Severity.AVOID, True), "one level worse, breathing weak"
    mouth = rows["aminoglycoside", False].marks[ways.index("vein")]
    assert mouth is not None
    assert mouth.severity is Severity.AVOID


def test_solid_is_only_what_was_seen_in_these_patients() -> None:
    rules = {rule.id: rule for rule in EDITION.knowledge.rules}
    for row in chart_of(EDITION.knowledge):
        populations = {
            each.population.name
            for name in row.rules
            for outcome in rules[name].outcomes
            for each in outcome.advice.evidence
            if not each.counter
        }
        seen = any(mark.is_seen for mark in row.marks if mark)
        assert not seen or populations & {"LEMS", "AMIFAMPRIDINE"}, row.name
        for mark in row.marks:
            assert mark is None or (mark.symbol in "■▲◆●•") == mark.is_seen


def test_the_chart_is_searched_and_read_out(service: Running, browser: Browser) -> None:
    with opened(browser, service, "/chart") as page:
        page.get_by_label("Search").fill("Toprol")
        expect(page.get_by_text("is read as metoprolol")).to_be_visible()
        row = page.get_by_role("row", name="β-blockers").first
        expect(row).to_be_visible()
        expect(row.locator("td.a").first).to_have_attribute("aria-label", "AVOID, seen in LEMS")
        page.get_by_label("Labels of").select_option("EU")
        page.get_by_label("Concern").select_option("SEIZURE")
        page.get_by_label("Search").fill("tramadol")
        expect(page.get_by_role("row", name="opioids that provoke seizures")).to_be_visible()


@pytest.mark.parametrize(("path", "pages"), [("/chart", 2), ("/chart/card", 1)])
def test_they_are_printed_on_few_sheets(
    service: Running, browser: Browser, path: str, pages: int
) -> None:
    with opened(browser, service, path) as page:
        printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= printed.count(b"/Type /Page\n") <= pages


def test_what_is_open_to_review_is_printed_without_its_form(
    service: Running, browser: Browser
) -> None:
    with opened(browser, service, "/review") as page:
        page.emulate_media(media="print")
        expect(page.locator(".ticks li").first).to_be_visible()
        expect(page.locator(".ticks input").first).to_be_hidden()
        expect(page.get_by_label("Who signs")).to_be_hidden()


def test_the_card_names_what_kills() -> None:
    card = card_of(EDITION.knowledge, {"gentamicin": 9, "magnesium sulfate": 9})
    avoid = " ".join(card.avoid)
    for drug in ("gentamicin", "magnesium salts that are given by injection", "botulinum toxins",
                 "neuromuscular blockers", "β-blockers", "telithromycin"):  # fmt: skip
        assert drug in avoid
    assert any("tramadol" in each for each in card.avoid_beside)
    assert not set(card.ask) & {*card.avoid, *card.avoid_beside}
    assert not any(each.startswith("amifampridine") for each in card.avoid_beside)


def test_the_card_names_no_drug_beside_its_class() -> None:
    card = card_of(EDITION.knowledge, {})
    assert any(each.startswith("ketolides (telithromycin, ") for each in card.avoid)
    assert not {"telithromycin", "verapamil", "diltiazem"} & set(card.avoid)


@pytest.mark.parametrize(
    ("drug", "why"),
    [
        ("simvastatin", "conflicts with ciclosporin, which few take"),
        ("rosuvastatin", "the same"),
        ("cimetidine", "raises fampridine, which is not amifampridine"),
        ("allopurinol", "conflicts with azathioprine"),
    ],
)
def test_the_card_names_nothing_that_conflicts_with_another_drug_only(drug: str, why: str) -> None:
    card = card_of(EDITION.knowledge, {})
    told = " ".join((*card.avoid, *card.avoid_beside))
    assert drug not in told, why
