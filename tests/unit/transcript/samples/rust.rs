//! A tiny tokenizer for sums.
use std::collections::HashMap;
use std::fmt;

/// One piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    Number(f64),
    Word(&'a str),
    Sign(char),
}

#[derive(Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    position: usize,
    counts: HashMap<char, u32>,
}

/* Comments nest: /* like this */ and go on. */
impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Lexer { text, position: 0, counts: HashMap::new() }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    pub fn next_token(&mut self) -> Option<Token<'a>> {
        let rest = self.rest().trim_start();
        let first = rest.chars().next()?;
        *self.counts.entry(first).or_insert(0) += 1;
        match first {
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                self.position = self.text.len() - rest.len() + end;
                rest[..end].parse().ok().map(Token::Number)
            }
            'a'..='z' | '_' if rest.len() > 1 => Some(Token::Word(rest)),
            '\n' | '\u{1F600}' => None,
            other => Some(Token::Sign(other)),
        }
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Token::Number(value) => write!(f, "{value:.2}"),
            _ => write!(f, "{}\t{:?}", "other", self),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = r#"1 + "two" * 3_000u64"#;
    let bytes = b"bytes \x00";
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next_token() {
        println!("{token} {}", bytes.len() as f32 * 0xFF as f32 / 2.5e-1);
        break;
    }
    Ok(())
}
