"""SQL, in the dialects' common words."""

from seproj_desktop.window.transcript.colours.grammars.common import (
    COMMENT_MODE,
    DASH_COMMENT,
    NAME,
    NUMBER,
    folded,
    until,
    words,
)
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.colours.rules import Grammar, Mode, Push, Rule

WORDS = words(
    keyword="""abort action add after aggregate all alter always analyze and any as asc autoincrement before begin
        between by cascade case cast check collate column commit conflict constraint copy create cross current
        current_date current_time current_timestamp cursor cycle database declare default deferrable deferred delete
        delimiter desc describe distinct do drop each else elsif end engine escape except exception exclude exclusive
        execute exists explain extension external fetch filter first following for foreign from full function
        generated global grant group grouping having identity if ignore ilike immediate immutable in increment index
        indexed inherits initially inner inout insert instead intersect into is isnull join key language last lateral
        left level like limit local lock loop match materialized merge modifies natural next no not nothing notnull
        null nulls of off offset on only open option or order out outer over overlaps owner partial partition plan
        pragma preceding prepare primary privileges procedure public raise range read recursive references refresh
        reindex release rename repeatable replace reset restrict return returning returns revoke right role rollback
        rollup row rows savepoint schema security select sequence session set sets share show similar some stable
        start statement storage strict symmetric table tablespace temp temporary then ties to transaction trigger true
        false truncate unbounded uncommitted union unique unlogged until update use user using vacuum values view
        virtual volatile when where while window with within without work avg count max min sum""",
    type="""array bigint bigserial binary bit blob bool boolean bytea char character date datetime decimal double enum
        float int integer interval json jsonb money numeric nvarchar precision real serial smallint text time
        timestamp timestamptz tinyint uuid varbinary varchar varying xml year zone""",
)

SQL: Grammar = {
    "code": Mode(
        (
            Rule(rf"{NAME}(?!')", Kind.TEXT, folded(WORDS), called=Kind.FUNCTION),
            Rule(rf"\.({NAME})", (Kind.TEXT,)),
            DASH_COMMENT,
            Rule(r"/\*", Kind.COMMENT, move=Push("comment")),
            Rule(r"[nNeExXbB]?'[^']*+'", Kind.STRING),
            Rule(r"[nNeExXbB]?'", Kind.STRING, move=Push("string")),
            Rule(r'"[^"]*+"', Kind.STRING),
            Rule(r"`[^`]*+`"),
            NUMBER,
            Rule(r"[:@$]\w++", Kind.VARIABLE),
            Rule(r"#.*", Kind.COMMENT),
            Rule(r"[-+*/%=<>!&|^~:?@#]++", Kind.OPERATOR),
            Rule(NAME, Kind.TEXT, folded(WORDS)),
        ),
        skip=r"\s()\[\]{},;",
    ),
    "string": until("'", Kind.STRING, Rule(r"''", Kind.ESCAPE)),
    **COMMENT_MODE,
}
