-- Customers and what they ordered.
CREATE TABLE IF NOT EXISTS customer (
    id          SERIAL PRIMARY KEY,
    name        VARCHAR(80) NOT NULL,
    mail        TEXT UNIQUE,
    created_at  TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    balance     NUMERIC(10, 2) DEFAULT 0.00 CHECK (balance >= -100.5)
);

/* Orders point
   to customers. */
CREATE TABLE orders (
    id       INTEGER PRIMARY KEY,
    customer INTEGER REFERENCES customer (id) ON DELETE CASCADE,
    state    CHAR(1) NOT NULL DEFAULT 'n',
    note     TEXT
);

CREATE INDEX orders_by_customer ON orders (customer, state);

INSERT INTO customer (name, mail) VALUES
    ('Ada', 'ada@example.org'),
    ('Bo''s shop', NULL);

WITH recent AS (
    SELECT customer, COUNT(*) AS number, MAX(id) AS newest
    FROM orders
    WHERE state IN ('n', 'p') AND note LIKE '%urgent%'
    GROUP BY customer
    HAVING COUNT(*) > 3
)
SELECT c.name, r.number, COALESCE(c.mail, 'none') AS mail
FROM customer AS c
LEFT JOIN recent r ON r.customer = c.id
WHERE c.balance BETWEEN 10 AND 1000
   OR c.name <> 'Ada'
ORDER BY r.number DESC, c.name ASC
LIMIT 10 OFFSET 20;

UPDATE orders SET state = 'd', note = NULL WHERE id = 42; -- done
delete from orders where state = 'x' and not exists (select 1 from customer);

BEGIN;
ALTER TABLE orders ADD COLUMN total INTEGER;
DROP VIEW IF EXISTS summary;
COMMIT;
