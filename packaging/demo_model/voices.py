"""What each persona says: its openings, requirement sentences, reasons and thoughts, as templates around a topic.

`{t}` stands for the topic, always inside a sentence and after a space, so that its tokens are the same wherever it
appears; other slots are filled from `SLOTS`. The system prompts come from `resources/personas`, the answers' words are
here.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo_model.wording import lines

SLOTS: dict[str, tuple[str, ...]] = {
    "{n}": ("2", "3", "5", "8", "10", "20"),
    "{big}": ("100", "200", "500", "1,000", "5,000"),
    "{ms}": ("100", "200", "300", "500", "800"),
    "{days}": ("7", "14", "30", "90"),
    "{who}": ("user", "visitor", "reader", "member", "person"),
    "{part}": ("title", "name", "date", "label", "status"),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """The templates of one persona; `code` is the prefix of its requirement numbers."""

    code: str
    role: str
    openings: tuple[str, ...]
    requirements: tuple[str, ...]
    aims: tuple[str, ...]
    reasons: tuple[str, ...]
    groups: tuple[str, ...] = ("Core", "Errors", "Later")


DEVELOPER = Voice(
    "REQ-DEV",
    "developer",
    lines("""
        Here is what I would build for the {t}.
        These requirements cover the {t} from interface to storage.
        The {t} comes down to a small interface, clear data and honest errors.
        Below are requirements for the {t} that a developer can start on today."""),
    lines("""
        The {t} shall offer a `create` call that returns the new record with its identifier.
        The {t} shall store each entry with a unique identifier, a {part} and the time of the last change.
        The {t} shall reject invalid input with status 422 and name the field that failed.
        The {t} shall return status 404 when the entry does not exist.
        The service behind the {t} shall answer a read within {ms} milliseconds.
        The {t} shall read its settings from one file and report unknown keys.
        The {t} shall write every change in one transaction, or not at all.
        The {t} shall list entries in pages of {n} with a cursor for the next page.
        The client of the {t} shall retry a failed call at most {n} times with growing pauses.
        The {t} shall validate the {part} before anything is saved.
        The {t} shall emit an event for each change, so that other parts can follow.
        The {t} shall expose its version and its schema at a fixed address.
        The {t} shall log each error with a request identifier and no private data.
        The {t} shall come with unit tests for every public function.
        The database of the {t} shall have an index on the {part}.
        The {t} shall accept the same request twice without a second effect."""),
    (
        "interfaces, data and errors",
        "the data first, then the calls and their errors",
        "inputs, outputs and failure cases",
    ),
    lines("""
        Because the {t} is easier to build when interfaces and errors are named before the code.
        Because data that the {t} has saved outlives every version of the code.
        Because a clear error saves the next developer of the {t} an hour."""),
    ("Interface", "Data", "Errors"),
)

PRODUCT_OWNER = Voice(
    "REQ-PO",
    "product owner",
    lines("""
        The {t} should bring value early, so the most valuable part comes first.
        Here is the scope of the {t}, in order of worth.
        These requirements say what the {t} is worth to users and when it is done.
        For the {t} I would agree on this scope first."""),
    lines("""
        The {t} shall let a {who} finish the main task in under {n} minutes.
        The first release of the {t} shall cover the one case that most users need.
        The {t} shall save users at least {n} minutes a week compared with today.
        The {t} shall be accepted when {n} of ten test users succeed without help.
        The {t} shall show its value on the first visit, before any setup.
        The {t} shall count how many people use it each week.
        The {t} shall leave out reports until users ask for them.
        The {t} shall be free to try for {days} days.
        The {t} shall work for small teams before it works for large ones.
        The {t} shall come with a short guide that a new {who} understands.
        The {t} shall keep what users already have, with no work lost in the move.
        The {t} shall let a {who} leave feedback in one step.
        The {t} shall be released to {big} users before everybody gets it.
        The team shall review the {t} with real users after {days} days."""),
    ("value, scope and acceptance", "what users gain and what can wait", "the order of worth and when it is done"),
    lines("""
        Because users judge the {t} by the first task that they finish with it.
        Because a small {t} in use teaches us more than a large one on paper.
        Because scope that nobody asked for makes the {t} late."""),
    ("Must have", "Should have", "Later"),
)

END_USER = Voice(
    "REQ-USR",
    "end user",
    lines("""
        This is what I need from the {t} as the person who uses it.
        When I open the {t}, I want to see at once what I can do.
        I would use the {t} every day if it did these things.
        In plain words, here is what the {t} has to do for me."""),
    lines("""
        The {t} shall show me where I am and what I can do next.
        The {t} shall let me undo my last step.
        The {t} shall tell me in plain words when something went wrong.
        The {t} shall remember what I typed when I come back.
        The {t} shall open in a moment, also on my old phone.
        The {t} shall let me find an entry by its {part}.
        The {t} shall ask me before it deletes anything.
        The {t} shall work when I have no connection and catch up later.
        The {t} shall let me share an entry with my family.
        The {t} shall use large, clear letters that I can read.
        The {t} shall not ask me for the same thing twice.
        The {t} shall show me that my change was saved.
        The {t} shall let me print or save what I see.
        I shall be able to stop the {t} at any time without losing work."""),
    ("what I see and what I can do", "plain words and no surprises", "what I need on a busy day"),
    lines("""
        Because I do not want to learn the {t}, I want to use it.
        Because I lose trust in the {t} when my work is gone.
        Because the {t} should help me on a busy day too."""),
    ("What I see", "What I do", "When it goes wrong"),
)

TESTER = Voice(
    "REQ-QA",
    "tester",
    lines("""
        Each of these checks for the {t} can pass or fail.
        I would test the {t} with the edge cases first.
        Here are testable requirements for the {t}, with expected results.
        The {t} is done when all of these checks pass."""),
    lines("""
        Given an empty {part}, when the form is sent, then the {t} shall show an error. Expected: nothing is saved.
        Given {big} entries, when the list opens, then the {t} shall show the first page. Expected: under {n} seconds.
        Given two users, when both save at once, then the {t} shall keep both changes or warn. Expected: no silent loss.
        Given a lost connection, when a {who} saves, then the {t} shall retry. Expected: exactly one entry.
        Given a {part} of {big} characters, when it is saved, then the {t} shall refuse or store all of it. \
            Expected: no cut text.
        Given no permission, when a {who} opens the {t}, then access shall be denied. Expected: status 403.
        Given a date in the past, when it is entered, then the {t} shall explain the limit. Expected: the input stays.
        Given a double click, when the button is pressed, then the {t} shall act once. Expected: one entry.
        Given special characters in the {part}, when it is shown, then the {t} shall display them unchanged. \
            Expected: no escape codes.
        Given a full disk, when the {t} saves, then it shall report the failure. Expected: old data is intact.
        Given an expired session, when a {who} continues, then the {t} shall ask to sign in. \
            Expected: typed text is kept.
        Given a fresh install, when the {t} starts, then it shall show an empty state. Expected: no error in the log.
        Given a time zone change, when the {t} shows a time, then it shall be correct. Expected: local time."""),
    (
        "edge cases, error cases and the expected result",
        "empty, huge and repeated input",
        "checks that can pass or fail",
    ),
    lines("""
        Because a requirement for the {t} that cannot fail a test says nothing.
        Because most defects in the {t} will sit at the edges: empty, huge, twice, too late.
        Because the expected result tells us when the {t} is right."""),
    ("Normal cases", "Edge cases", "Error cases"),
)

SECURITY = Voice(
    "REQ-SEC",
    "security engineer",
    lines("""
        The {t} has something worth stealing, so I start from the threats.
        These controls answer the main threats to the {t}.
        Before the {t} goes live, these threats need an answer.
        Here is how I would protect the {t}."""),
    lines("""
        The {t} shall check the permission of every request on the server. Threat: bypassed access control.
        The {t} shall limit failed attempts to {n} per minute. Threat: guessing.
        The {t} shall keep secrets out of code, logs and addresses. Threat: leaked credentials.
        The {t} shall treat all input as data and never as code. Threat: injection.
        The {t} shall encrypt data in transit and at rest. Threat: eavesdropping.
        The {t} shall log who changed what and when. Threat: denial of an action.
        The {t} shall end a session after {n} minutes without use. Threat: a stolen session.
        The {t} shall give each {who} only the rights that the task needs. Threat: misuse of rights.
        The {t} shall refuse files of unknown type or more than {n} megabytes. Threat: malicious upload.
        The {t} shall delete personal data after {days} days. Threat: old data in a breach.
        The {t} shall show the same message for a wrong name and a wrong password. Threat: account discovery.
        The {t} shall protect every change with a token. Threat: forged requests.
        The {t} shall alert an operator after {big} refused requests. Threat: abuse that nobody sees.
        The {t} shall update its libraries within {days} days of a fix. Threat: known holes."""),
    (
        "access, secrets, input, logging and abuse",
        "who might attack and what they want",
        "threats first, then controls",
    ),
    lines("""
        Because an attacker needs only one way into the {t}.
        Because each control of the {t} should answer a threat that we can name.
        Because what the {t} does not log, nobody can investigate."""),
    ("Access", "Data", "Abuse"),
)

UX = Voice(
    "REQ-UX",
    "UX designer",
    lines("""
        The {t} should feel calm and obvious from the first screen.
        Here is the flow that I would design for the {t}.
        These requirements describe what the person sees in the {t}.
        For the {t} I start with the flow, then the words."""),
    lines("""
        The first screen of the {t} shall show one clear action. The person sees a single button.
        The {t} shall confirm each step within {ms} milliseconds. The person sees a short message.
        The {t} shall work with the keyboard alone. The person sees where the focus is.
        The {t} shall use a contrast of at least 4.5 to 1. The person sees readable text.
        The {t} shall put errors next to the field they belong to. The person sees what to change.
        The {t} shall name buttons with verbs. The person sees what will happen.
        The empty state of the {t} shall say what to do next. The person sees an example.
        The {t} shall keep the layout still while content loads. The person sees nothing jump.
        The {t} shall offer undo instead of a warning. The person sees a way back.
        The {t} shall reach the main task in at most {n} steps. The person sees the progress.
        The {t} shall read well with a screen reader. The person hears each label once.
        The {t} shall adapt to small screens. The person sees one column.
        The {t} shall use the same word for the same thing. The person sees no jargon.
        The {t} shall show long work as progress. The person sees how much is left."""),
    (
        "flow, layout, wording, feedback and access",
        "the first screen and the words on it",
        "what the person sees at each step",
    ),
    lines("""
        Because people decide about the {t} in the first few seconds.
        Because everybody should be able to use the {t}, with any device and any ability.
        Because good words in the {t} replace a page of help."""),
    ("Flow", "Wording", "Accessibility"),
)

ARCHITECT = Voice(
    "REQ-ARC",
    "architect",
    lines("""
        The {t} splits into a few parts with clear borders.
        I would draw these boundaries around the {t}.
        These requirements fix the components of the {t} and the qualities that bind them.
        The shape of the {t} follows from its data flow."""),
    lines("""
        The {t} shall consist of an interface, a service and a store that can be replaced one by one.
        The service of the {t} shall own its data, and no other part shall write to it.
        The {t} shall answer 95 percent of requests within {ms} milliseconds.
        The {t} shall handle {big} requests per second with two instances.
        The {t} shall keep working in read-only mode when the store is down.
        The {t} shall pass changes to other systems through a queue.
        The components of the {t} shall depend on interfaces and never on each other's tables.
        The {t} shall grow by adding instances, with no state in the service.
        The {t} shall recover from the loss of one node within {n} seconds.
        The {t} shall keep old and new versions of its interface side by side for {days} days.
        The {t} shall measure latency, errors and load at every border.
        The {t} shall isolate a slow partner behind a timeout of {n} seconds.
        The data of the {t} shall flow in one direction, from input to store to view.
        The {t} shall be deployable without a pause for users."""),
    ("components, boundaries, data flow and failure", "what scales and what may fail", "borders first, then qualities"),
    lines("""
        Because the borders of the {t} are the hardest thing to change later.
        Because every part of the {t} will fail one day, and the rest should not.
        Because a quality of the {t} that nobody measures gets lost."""),
    ("Components", "Data flow", "Failure"),
)

OPERATIONS = Voice(
    "REQ-OPS",
    "operations engineer",
    lines("""
        The {t} has to run at three in the morning with nobody awake.
        Here is what I need to run the {t} safely.
        These requirements keep the {t} up and make trouble visible.
        Before I put the {t} into production, it needs these things."""),
    lines("""
        The {t} shall be deployed with one command and rolled back with one command. \
            Signal: the version on the status page.
        The {t} shall report its health at a fixed address. Signal: a check every {n} seconds.
        The {t} shall raise an alert when more than {n} percent of requests fail. Signal: the error rate.
        The {t} shall be backed up every night. Signal: the age of the last backup.
        A restore of the {t} shall be rehearsed every {days} days. Signal: the time that it took.
        The {t} shall keep logs for {days} days. Signal: the oldest log line.
        The {t} shall start within {n} seconds after a crash. Signal: the restart counter.
        The {t} shall stop cleanly and finish open requests first. Signal: no failed requests in a deployment.
        The {t} shall warn when the disk is 80 percent full. Signal: free space.
        The {t} shall show how busy it is on one dashboard. Signal: requests per second.
        The {t} shall have a runbook for each alert. Signal: a link in the alert.
        The {t} shall run with the same configuration in test and production. Signal: no difference in the report.
        The {t} shall survive the loss of one machine. Signal: a drill every {days} days.
        The certificates of the {t} shall renew themselves. Signal: days left."""),
    ("deployment, monitoring, alerts, backup and recovery", "what breaks at night and how we see it", "signals first"),
    lines("""
        Because the {t} will fail at night, and somebody must see it and know what to do.
        Because a backup of the {t} that was never restored is only a hope.
        Because each alert about the {t} should lead to an action."""),
    ("Deployment", "Monitoring", "Recovery"),
)

PLAIN = Voice(
    "REQ",
    "helpful assistant",
    lines("""
        Here are requirements for the {t}.
        A good start for the {t} would be this list.
        These points describe what the {t} needs.
        For the {t} I suggest the following."""),
    lines("""
        The {t} shall let a {who} create, change and delete entries.
        The {t} shall save every change at once.
        The {t} shall show entries in a list with the newest first.
        The {t} shall find entries by {part}.
        The {t} shall explain errors in plain words.
        The {t} shall respond within {ms} milliseconds.
        The {t} shall protect private data with a login.
        The {t} shall work on phones and on large screens.
        The {t} shall export its data as a file.
        The {t} shall keep a history for {days} days.
        The {t} shall support at least {big} entries.
        The {t} shall send a reminder when a {who} asks for it.
        The {t} shall be easy to learn without a manual."""),
    ("the main task, the data and the errors", "what matters most", "a short and useful list"),
    lines("""
        Because the {t} should stay simple for the people who use it.
        Because a clear list makes the {t} easier to plan and to check.
        Because small steps show early whether the {t} is useful."""),
)

VOICES: dict[str, Voice] = {
    "developer": DEVELOPER,
    "product_owner": PRODUCT_OWNER,
    "end_user": END_USER,
    "tester": TESTER,
    "security_engineer": SECURITY,
    "ux_designer": UX,
    "architect": ARCHITECT,
    "operations_engineer": OPERATIONS,
    "assistant": PLAIN,
}
