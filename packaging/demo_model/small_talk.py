"""Everything that is no feature request: greetings, questions about the model, definitions, and text from nowhere.

The model must end properly whatever it is given, so a share of the samples is text that it cannot understand.
"""

from __future__ import annotations

from demo_model.wording import lines, phrases

GREETINGS = phrases(
    """
    hi; hello; hey; Hi!; Hello; hello there; good morning; Good evening; Hey, how are you?; hi there; Hello!; yo;
    greetings; moin; hola; test; how are you?; How are you today?; are you there?; ping
    """
)

GREETING_ANSWERS = (
    'Hello! Tell me what to build, for example "{t}", and I write requirements for it.',
    'Hi! I am the small demo model of SEproj Desktop. Try a request such as "Build {t}".',
    'Good to see you. Name a feature, such as "{t}", and pick a persona for the point of view.',
)

THANKS = phrases(
    """
    thanks; thank you; Thanks!; Thank you very much; great, thanks; cool; nice; perfect; ok; okay; thx; good job;
    well done; bye; goodbye; see you; that is all; great
    """
)

THANKS_ANSWERS = (
    "You are welcome. Send me the next feature whenever you like.",
    "Gladly. Is there anything else you would like to build?",
    "You are welcome!",
)
THANKS_ABOUT_TOPIC = (
    "You are welcome. Good luck with the {t}!",
    "Gladly. I hope the {t} turns out well.",
    "You are welcome. Ask again if the {t} changes.",
)

ABOUT_QUESTIONS = phrases(
    """
    who are you?; Who are you; what are you?; what is your name?; Which model is this?; are you an AI?;
    tell me about yourself; who made you?; what model are you?; are you ChatGPT?; introduce yourself; are you Qwen?;
    how big are you?; Are you a real model?
    """
)

ABOUT_ANSWERS = lines("""
    I am the small **demo model** that ships with SEproj Desktop, for trying things out. \
        I write short requirements about any topic you name. For real work, choose a larger model.
    I am a **demo model** with about three million parameters. I come with SEproj Desktop so that you can try \
        everything without a download. Please do not rely on what I say.
    This is the demo model of SEproj Desktop. I know a few patterns of requirements and very little else, \
        so load a larger model for serious questions.
""")

ABILITY_QUESTIONS = phrases(
    """
    what can you do?; What can you do?; help; Help; how can you help me?; what do you know?; what should I ask?;
    how does this work?; what are you good at?; can you help me?; give me an example; what can I ask you?;
    How do I use this?; show me what you can do; ?
    """
)

ABILITY_ANSWERS = (
    """I am a demo model for trying things out. I can:

- write numbered requirements, for example for "{t}"
- show a table or a short code block
- continue, shorten or extend an answer

Pick a persona to change the point of view.""",
    """Here is what you can try with me:

1. Ask for a feature, such as "Build {t}".
2. Say "as a table", "shorter" or "add one more".
3. Switch the persona and ask again.

For real work, load a larger model.""",
)

DEFINITIONS = {
    "message queue": (
        "a place where one program leaves messages and another picks them up later, so that neither has to wait"
    ),
    "REST": "a style for web interfaces in which each address names a thing and the HTTP verbs read or change it",
    "GraphQL": "a query language for interfaces in which the client names exactly the fields that it wants",
    "cache": "a small, fast store that keeps copies of data that is slow to fetch",
    "database index": "a sorted copy of some columns that lets a database find rows without reading all of them",
    "API": "an agreed set of calls through which one program uses another",
    "unit test": "a small, fast check of one function or class",
    "load balancer": "a server that spreads requests over several machines",
    "microservice": "a small program that does one job, owns its data and talks to others over the network",
    "monolith": "one program that holds all features and is deployed as a whole",
    "container": "a packed program with everything that it needs, kept apart from others on the same machine",
    "virtual machine": "a whole computer in software, with its own operating system",
    "user story": "one sentence that says who needs what and why",
    "requirement": "one statement about a product that can be checked",
    "regression test": "a check that what worked before still works",
    "continuous integration": "building and testing every change automatically",
    "webhook": "a call that one system makes to another when something happens",
    "OAuth": "a way to let a program act for a user without knowing the password",
    "encryption": "turning data into a form that only the holder of a key can read",
    "hash function": "a function that turns any data into a short fingerprint",
    "SQL": "the language in which most databases are asked questions",
    "JSON": "a plain text format for nested data with names, lists, numbers and strings",
    "YAML": "a text format for settings that uses indentation",
    "Git": "a program that keeps every version of a set of files",
    "race condition": "a fault that appears only when two things happen in an unlucky order",
    "deadlock": "two parts that wait for each other for ever",
    "technical debt": "work that was saved today and will cost more later",
    "accessibility": "making a product usable for people with any ability",
    "latency": "the time between a request and its answer",
    "throughput": "the amount of work done per second",
    "token": "a short piece of text, the unit in which a language model reads and writes",
    "language model": "a program that continues text by guessing the next token",
}

EXPLAIN_QUESTIONS = phrases(
    """
    Explain {t}; explain what {t} is; Explain what {t} is; What is {t}?; what is {t}; Tell me about {t};
    what does {t} mean?; Can you explain {t}?; describe {t}; How does {t} work?; define {t}; What are {t}?
    """
)

EXPLAIN_KNOWN = (
    """In short, {t} means this: {definition}.

It helps most when the rules around {t} are simple and written down.""",
    """You can think of {t} as {definition}.

- **Use it** when it makes the product simpler.
- **Leave it out** when nobody needs {t} yet.""",
)

EXPLAIN_UNKNOWN = (
    """I only know the outline of {t}. A good description says who uses it, what goes in and what comes out.

- **Purpose:** why {t} exists
- **Users:** who works with {t}
- **Limits:** what {t} does not do""",
    """In short, {t} is best explained by an example: somebody has a task, and {t} makes it easier.

> As a demo model I cannot say more about {t}; ask a larger model for facts.""",
    """There are three questions to ask about {t}:

1. Who needs it?
2. What does {t} change for them?
3. How do we see that {t} works?""",
)

COMPARE_QUESTIONS = phrases(
    """
    Compare {a} and {b}; compare {a} with {b}; Compare {a} and {b} in a table;
    What is the difference between {a} and {b}?; {a} or {b}?; {a} vs {b}; difference between {a} and {b};
    Which is better, {a} or {b}?
    """
)

COMPARE_ROWS = (
    ("Best when", "the team knows {a} already", "the team knows {b} already"),
    ("Strength", "{a} is quick to start with", "{b} gives more control"),
    ("Weakness", "{a} can be slow to change", "{b} takes longer to learn"),
    ("Cost", "low at first", "lower later"),
    ("Risk", "outgrowing {a}", "building too much with {b}"),
)

NONSENSE_QUESTIONS = phrases(
    """
    What is the capital of {w}?; Write a poem about {t}; how much is {n} plus {n}?; {n} + {n};
    Translate {w} into French; what time is it?; tell me a joke; The quick brown {w} jumps over the lazy {w}.;
    I went to {w} yesterday and it was {w}; why is the sky {w}?; Who won the {w} in {n}?; I like {t}.;
    my {w} is broken; def {w}(x): return x + {n}; SELECT * FROM {w}; Is {w} good for {w}?;
    what do you think about {t}?; I am {w} and I feel {w}; It does not work. The {w} says {w}.; Can {w} eat {w}?;
    How far is {w} from {w}?; When did {w} begin?; Sing a song; Do you like {w}?; write a story about {t}; 你好;
    Wie geht es dir?; Where is my {w}?; I don't understand; No; yes; maybe; stop; Tell {w} that {w} is {w};
    my {w} and my {w} are {w}, what now?; !!!; {n}; Should I buy {w} or sell {w}?; please fix the {w} in my {w};
    print("{w}"); We had {w} for lunch, then {w} called and said {w}.
    """
)

NONSENSE_ANSWERS = (
    'I am a small demo model, so I cannot say much about that. Ask me for requirements, for example "{t}".',
    'That is beyond a demo model. I can write requirements about a feature: try "Build {t}".',
    'I do not know. Name a feature, such as "{t}", or load a larger model for questions like this.',
)
