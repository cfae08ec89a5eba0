"""How people ask for a feature and what they say next, with the openings of the answers that need no persona's voice.

Slots: `{t}` the topic, `{a}` an article or nothing, `{y}` the people it is for, `{a_role}` the persona's role with its
article.
"""

from __future__ import annotations

from demo_model import small_talk
from demo_model.wording import phrases

REQUESTS = phrases(
    """
    Build {a}{t}; Build {a}{t}; Add {a}{t}; Add {a}{t}; Create {a}{t}; Create {a}{t}; Make {a}{t}; Design {a}{t};
    Implement {a}{t}; Plan {a}{t}; Write {a}{t}; Develop {a}{t}; I need {a}{t}; I want {a}{t}; we want {a}{t};
    We need {a}{t}; I would like {a}{t}; Our users want {a}{t}; Can you build {a}{t}?; How would you build {a}{t}?;
    What should {a}{t} do?; Let's build {a}{t}; please add {a}{t}; Build {a}{t}, please; Please build {a}{t}.;
    Build me {a}{t}; Set up {a}{t}; We are planning {a}{t}.; I am working on {a}{t}; Help me with {a}{t};
    new feature: {t}; Topic: {t}; {t}; {t}; {t} please; Think about {a}{t}; Give me ideas for {a}{t};
    We have to deliver {a}{t} by Friday
    """
)
REQUIREMENT_REQUESTS = phrases(
    """
    please write requirements for {a}{t}; Write requirements for {a}{t}; requirements for {t};
    Requirements for {a}{t}, please; List the requirements for {a}{t}; What are the requirements for {a}{t}?;
    Give me five requirements for {a}{t}
    """
)
AUDIENCE_REQUESTS = phrases(
    """
    I need {a}{t} for {y}; Build {a}{t} for {y}; Create {a}{t} for {y}; Add {a}{t} for {y}.; we want {a}{t} for {y};
    please write requirements for {a}{t} for {y}; {t} for {y}
    """
)
STYLE_REQUESTS = {
    "table": phrases(
        "Build {a}{t}, as a table; Create {a}{t} and show a table; Requirements for {a}{t} in a table; Add {a}{t} as a table"
    ),
    "code": phrases(
        "Build {a}{t} with a code example; Add {a}{t} and show code; Create {a}{t}, with code; Show code for {a}{t}"
    ),
    "checklist": phrases("Build {a}{t} with a checklist; Add {a}{t} and give me a checklist; Checklist for {a}{t}"),
    "steps": phrases("Plan {a}{t} step by step; Build {a}{t}, with steps; Give me steps for {a}{t}"),
    "formula": phrases("Build {a}{t} with a formula; Show a formula for {a}{t}"),
}
# fmt: off
STYLE_WEIGHTS = {
    "plain": 36, "grouped": 8, "table": 16, "code": 15, "checklist": 8, "steps": 7, "quote": 7, "formula": 3,
}
# fmt: on

HEADINGS = phrases(
    """
    ## Requirements for the {t}; # The {t}; ## What the {t} needs; ### The {t} as {a_role} sees it; **Topic:** the {t}
    """
)
PLAIN_OPENINGS = phrases(
    """
    The {t} can start small. I would take these steps:; Here is a simple plan for the {t}:;
    This is how I would build the {t}:; Good idea. For the {t} I suggest this:
    """
)
PLAIN_STEPS = phrases(
    """
    **Goal:** write down in one sentence what the {t} is for.;
    **Users:** ask three people what they expect from the {t}.; **First version:** let the {t} do one thing well.;
    **Data:** decide what the {t} stores and for how long.; **Errors:** say in plain words what went wrong.;
    **Safety:** decide who may see and change the {t}.;
    **Test:** try the {t} with an empty list and with a very long one.;
    **Launch:** give the {t} to a few people first.; **Care:** look at the {t} again after a month.
    """
)

FOLLOW_UPS = {
    "shorter": phrases(
        "shorter; Shorter please; make it shorter; too long; Summarise; in short?; can you make that shorter?; brief"
    ),
    "add_one": phrases(
        "add one more; Add one more; one more; another one; add another requirement; Add one more requirement"
    ),
    "go_on": phrases("continue; Continue; go on; more; more please; add three more; what else?; keep going"),
    "as_table": phrases(
        "as a table; As a table; show it as a table; make a table; table please; can I have that in a table?"
    ),
    "show_code": phrases(
        "show code; Show me code; code; show me the code; give me a code example; how would that look in code?"
    ),
    "why": phrases("why?; Why?; why; Why is that important?; explain why; what is the reason?"),
    "check": phrases("give me a checklist; checklist; add a checklist; what do I have to check?"),
    "most": phrases("which one is most important?; What matters most?; where do I start?; which first?"),
    "thank": small_talk.THANKS,
}
