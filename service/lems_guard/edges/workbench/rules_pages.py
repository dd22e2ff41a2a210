"""`/rules`, `/rules/ID` and `/chart`: everything the knowledge says, to be looked up."""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from lems_guard.callers.roles import READING
from lems_guard.clinical.errors import NotFound
from lems_guard.clinical.rule import ReviewState, Rule
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.clinical.words import REVIEW_STATES
from lems_guard.edges.workbench.pages import HEADERS, PageCall, Pages
from lems_guard.editions.library import Edition
from lems_guard.knowledge.cases_beside import cases_beside
from lems_guard.knowledge.layout import SIGNATURES
from lems_guard.knowledge.review import Signature, content_digest, signatures_of
from lems_guard.papers.card import card_of
from lems_guard.papers.chart import WAYS, ChartRow, chart_of
from lems_guard.papers.search import Sought, rules_found, wanted
from lems_guard.papers.tables import chart_as_csv
from lems_guard.papers.words import drugs_in_words, in_words, worst_of
from lems_guard.screening.knowledge_base import KnowledgeBase


class Site(NamedTuple):
    """Where a site keeps its rules and its overlay."""

    rules: Path
    overlay: Path | None


class ListedRule(NamedTuple):
    """A rule in the list."""

    id: str
    title: str
    concern: Concern
    worst: Severity
    review: str


def rules_routes(pages: Pages, site: Site) -> list[Route]:
    """The routes of what is looked up."""

    def listed(asked: PageCall) -> Response:
        return _rules(pages, asked)

    def one(asked: PageCall) -> Response:
        return _rule(pages, site, asked)

    def chart(asked: PageCall) -> Response:
        return _chart(pages, asked)

    def card(asked: PageCall) -> Response:
        return pages.page(
            "card.html", asked, card=card_of(pages.edition().knowledge, brands_of(pages.edition()))
        )

    def chart_csv(_: PageCall) -> Response:
        text = chart_as_csv(chart_of(pages.edition().knowledge))
        name = {"content-disposition": 'attachment; filename="lems-chart.csv"'}
        return Response(text, 200, {**HEADERS, **name}, "text/csv")

    return [
        pages.route("/chart.csv", "ChartTable", READING, chart_csv),
        pages.route("/rules", "Rules", READING, listed),
        pages.route("/rules/{id}", "Rule", READING, one),
        pages.route("/chart", "Chart", READING, chart),
        pages.route("/chart/card", "Card", READING, card),
    ]


def sought(pages: Pages, asked: PageCall) -> Sought:
    """What a page's search field looks for."""
    edition, country = pages.edition(), pages.state().country
    return wanted(asked.query.get("q", ""), edition.understand, country)


def _rules(pages: Pages, asked: PageCall) -> Response:
    knowledge, wanted_now = pages.edition().knowledge, sought(pages, asked)
    day = pages.today()
    names = ("q", *(each[0] for each in FILTERS), "source")
    query = {name: asked.query.get(name, "") for name in names}
    found = [
        ListedRule(rule.id, rule.title, rule.concern, worst_of(rule), REVIEW_STATES[state])
        for rule in rules_found(knowledge, wanted_now)
        if _passes(rule, query, state := rule.review.on(day))
    ]
    template = "rules_found.html" if asked.query.get("part") == "found" else "rules.html"
    return pages.page(
        template,
        asked,
        found=found,
        of=len(knowledge.rules),
        asked_for=query,
        drugs=sorted(wanted_now.drugs),
        filters=[*FILTERS, ("source", "Source", _sources(knowledge))],
    )


FILTERS = (
    ("concern", "Concern", [(each.name, in_words(each)) for each in Concern]),
    ("severity", "Worst", [(each.name, each.name) for each in sorted(Severity, reverse=True)]),
    ("review", "Review", [(each.name, REVIEW_STATES[each]) for each in ReviewState]),
)


def _passes(rule: Rule, query: Mapping[str, str], state: ReviewState) -> bool:
    cited = {each.source.id for row in rule.outcomes for each in row.advice.evidence}
    return all(
        (
            query["concern"] in {"", rule.concern.name},
            query["severity"] in {"", worst_of(rule).name},
            query["review"] in {"", state.name},
            not query.get("source") or query["source"] in cited,
        )
    )


def _sources(knowledge: KnowledgeBase) -> list[tuple[str, str]]:
    """Every source that a rule cites, by id and title."""
    found = {
        each.source.id: each.source.title[:60]
        for rule in knowledge.rules
        for row in rule.outcomes
        for each in row.advice.evidence
    }
    return sorted(found.items(), key=lambda each: each[1].casefold())


def rule_of(knowledge: KnowledgeBase, rule_id: str) -> Rule:
    """The rule of an id; raises `NotFound` with a near one."""
    rule = knowledge.rule(rule_id)
    if rule is None:
        near = difflib.get_close_matches(rule_id, [each.id for each in knowledge.rules], 1)
        raise NotFound(f"no rule has this id{f' (did you mean {near[0]}?)' if near else ''}")
    return rule


def _rule(pages: Pages, site: Site, asked: PageCall) -> Response:
    knowledge = pages.edition().knowledge
    rule = rule_of(knowledge, asked.path["id"])
    classes = {each.id: each for each in knowledge.classes}
    titles = {name: each.title for name, each in classes.items()}
    return pages.page(
        "rule.html",
        asked,
        rule=rule,
        standing=rule.review.on(pages.today()),
        titles=titles,
        classes=[classes[name] for name in sorted(rule.drugs.classes)],
        partner=drugs_in_words(rule.partners, titles) if rule.partners else "",
        adjustments=[each for each in knowledge.overlay if each.rule == rule.id],
        cases=cases_beside(site.rules, rule, knowledge.rules),
        signatures=list(_signatures(site, rule, knowledge)),
        content=content_digest(rule, classes),
    )


def _signatures(site: Site, rule: Rule, knowledge: KnowledgeBase) -> Iterator[Signature]:
    """Every signature of a rule, also of what it said before."""
    for path in (site.rules / SIGNATURES, site.overlay):
        if path is not None:
            for each in signatures_of(path, knowledge.rules).entries:
                if each.rule == rule.id:
                    yield each


def brands_of(edition: Edition) -> Counter[str]:
    """How many brands each ingredient has."""
    return Counter(
        drug
        for meanings in edition.vocabulary.brands.values()
        for meaning in meanings
        for drug in meaning.ingredients
    )


def _chart(pages: Pages, asked: PageCall) -> Response:
    knowledge, wanted_now = pages.edition().knowledge, sought(pages, asked)
    place = asked.query.get("jurisdiction", "")
    concern = asked.query.get("concern", "")
    places = [Jurisdiction[place]] if place in Jurisdiction.__members__ else list(Jurisdiction)
    only = Concern[concern] if concern in Concern.__members__ else None
    rows = [row for row in chart_of(knowledge, places, only) if _is_wanted(row, wanted_now)]
    part = asked.query.get("part") == "found"
    return pages.page(
        "chart_found.html" if part else "chart.html",
        asked,
        rows=rows,
        ways=WAYS,
        query={"q": asked.query.get("q", ""), "jurisdiction": place, "concern": concern},
        drugs=sorted(wanted_now.drugs),
        jurisdictions=list(Jurisdiction),
        concerns=list(Concern),
        levels=sorted(Severity, reverse=True),
    )


def _is_wanted(row: ChartRow, looked_for: Sought) -> bool:
    text = f"{row.name} {row.title} {' '.join(row.members)}".casefold()
    return not looked_for.words or looked_for.holds(text, frozenset(row.members))
