"""The full-text index, as schema version 2 creates it: messages and titles, kept in step by triggers. SQL only.

The index refers to the text and does not repeat it (external content), so what changes it has to tell it the old words:
the triggers that run before a change do that. Hence `REPLACE` must not be used on these tables, for it deletes without
telling; `ON CONFLICT DO UPDATE` does right. Pieces of a streaming answer are not indexed before they are folded.
"""

LONE_LETTERS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U00033fff"
)
"""The letters of scripts written without spaces: Thai, Lao, Burmese, Khmer, Chinese, Japanese, and Korean with its
endings. Ranges that mean the same to SQLite's GLOB and to a regular expression. Each such letter is a word of its own
in the index, and a word of several is looked for as a phrase."""

_CHUNK = 200
"""Characters: letters are counted from the start of a chunk, not of the text, which keeps long texts linear."""


def _with_lone_letters_apart(column: str) -> str:
    """SQL: the column's text with spaces around lone letters. Plain ASCII, the usual case, is seen at once."""
    return f"""
    CASE WHEN length({column}) <> length(CAST({column} AS BLOB)) AND {column} GLOB '*[{LONE_LETTERS}]*' THEN (
        WITH RECURSIVE
            chunks (number, chunk, rest) AS (
                SELECT 0, '', {column}
                UNION ALL
                SELECT number + 1, substr(rest, 1, {_CHUNK}), substr(rest, {_CHUNK + 1}) FROM chunks WHERE rest <> ''
            ),
            places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < {_CHUNK}),
            letters (letter) AS (
                SELECT substr(chunk, place, 1) FROM chunks CROSS JOIN places ORDER BY number, place
            )
        SELECT group_concat(CASE WHEN letter GLOB '[{LONE_LETTERS}]' THEN ' ' || letter || ' ' ELSE letter END, '')
        FROM letters
    ) ELSE {column} END"""  # noqa: S608 - made of our own constants


CREATE_SEARCH = f"""
-- A message's number in the index. Small numbers without gaps make the index half as large as the messages' ids would.
-- They grow in the order in which messages were completed. A message without text has none.
CREATE TABLE search_places (
    place INTEGER PRIMARY KEY,
    message INTEGER NOT NULL UNIQUE
);
CREATE VIEW message_words (place, message, text) AS
SELECT place, message, {_with_lone_letters_apart("messages.text")}
FROM search_places CROSS JOIN messages ON messages.id = message;

CREATE VIEW title_words (id, title) AS
SELECT id, {_with_lone_letters_apart("conversations.title")} FROM conversations;

-- Beginnings of one letter have an index of their own: they match nearly everything.
CREATE VIRTUAL TABLE message_search USING fts5 (
    text, content = 'message_words', content_rowid = 'place', tokenize = 'unicode61 remove_diacritics 2', prefix = '1'
);
CREATE VIRTUAL TABLE title_search USING fts5 (
    title, content = 'title_words', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '1'
);
CREATE INDEX messages_in_the_bin ON messages (conversation) WHERE deleted IS NOT NULL;

CREATE TRIGGER message_added AFTER INSERT ON messages WHEN new.text <> '' BEGIN
    INSERT INTO search_places (message) VALUES (new.id);
    INSERT INTO message_search (rowid, text) SELECT place, text FROM message_words WHERE message = new.id;
END;
CREATE TRIGGER message_going BEFORE DELETE ON messages BEGIN
    INSERT INTO message_search (message_search, rowid, text)
        SELECT 'delete', place, text FROM message_words WHERE message = old.id;
    DELETE FROM search_places WHERE message = old.id;
END;
CREATE TRIGGER message_changing BEFORE UPDATE OF text ON messages WHEN old.text IS NOT new.text BEGIN
    INSERT INTO message_search (message_search, rowid, text)
        SELECT 'delete', place, text FROM message_words WHERE message = old.id;
    DELETE FROM search_places WHERE message = old.id;
END;
CREATE TRIGGER message_changed AFTER UPDATE OF text ON messages WHEN old.text IS NOT new.text AND new.text <> '' BEGIN
    INSERT INTO search_places (message) VALUES (new.id);
    INSERT INTO message_search (rowid, text) SELECT place, text FROM message_words WHERE message = new.id;
END;

CREATE TRIGGER title_added AFTER INSERT ON conversations BEGIN
    INSERT INTO title_search (rowid, title) SELECT id, title FROM title_words WHERE id = new.id;
END;
CREATE TRIGGER title_going BEFORE DELETE ON conversations BEGIN
    INSERT INTO title_search (title_search, rowid, title)
        SELECT 'delete', id, title FROM title_words WHERE id = old.id;
END;
CREATE TRIGGER title_changing BEFORE UPDATE OF title ON conversations WHEN old.title IS NOT new.title BEGIN
    INSERT INTO title_search (title_search, rowid, title)
        SELECT 'delete', id, title FROM title_words WHERE id = old.id;
END;
CREATE TRIGGER title_changed AFTER UPDATE OF title ON conversations WHEN old.title IS NOT new.title BEGIN
    INSERT INTO title_search (rowid, title) SELECT id, title FROM title_words WHERE id = new.id;
END;

INSERT INTO search_places (message) SELECT id FROM messages WHERE text <> '' ORDER BY id;
INSERT INTO message_search (message_search) VALUES ('rebuild');
INSERT INTO title_search (title_search) VALUES ('rebuild');
"""  # noqa: S608 - made of our own constants

CREATE_SPEAKERS = """
-- Who has ever spoken, and which model: a handful of rows, by which a search knows that a name is nobody's.
CREATE TABLE speakers (
    persona TEXT NOT NULL,
    persona_name TEXT NOT NULL,
    model TEXT NOT NULL,
    PRIMARY KEY (persona, persona_name, model)
) WITHOUT ROWID;

CREATE TRIGGER speaker_added AFTER INSERT ON messages BEGIN
    INSERT OR IGNORE INTO speakers VALUES (new.persona, new.persona_name, new.model);
END;
CREATE TRIGGER speaker_changed AFTER UPDATE OF persona, persona_name, model ON messages BEGIN
    INSERT OR IGNORE INTO speakers VALUES (new.persona, new.persona_name, new.model);
END;

INSERT INTO speakers SELECT DISTINCT persona, persona_name, model FROM messages;
"""

CREATE_FILTER_INDEXES = """
-- Who spoke in a conversation, and whether anything is as old or as new as was asked for, without a look at the rows.
DROP INDEX messages_by_conversation;
CREATE INDEX messages_by_conversation ON messages (conversation, id, persona, persona_name, model);
CREATE INDEX messages_by_time ON messages (created);
"""

CREATE_FILTERED_PLACES = """
-- A message's conversation and time, beside its place: what a filter shuts out need not be read among the long rows.
ALTER TABLE search_places ADD COLUMN conversation INTEGER;
ALTER TABLE search_places ADD COLUMN created REAL;
UPDATE search_places SET (conversation, created) = (SELECT conversation, created FROM messages WHERE id = message);

DROP TRIGGER message_added;
DROP TRIGGER message_changed;
CREATE TRIGGER message_added AFTER INSERT ON messages WHEN new.text <> '' BEGIN
    INSERT INTO search_places (message, conversation, created) VALUES (new.id, new.conversation, new.created);
    INSERT INTO message_search (rowid, text) SELECT place, text FROM message_words WHERE message = new.id;
END;
CREATE TRIGGER message_changed AFTER UPDATE OF text ON messages WHEN old.text IS NOT new.text AND new.text <> '' BEGIN
    INSERT INTO search_places (message, conversation, created) VALUES (new.id, new.conversation, new.created);
    INSERT INTO message_search (rowid, text) SELECT place, text FROM message_words WHERE message = new.id;
END;
"""
