//! API tokens: shown once, kept as a hash, for named purposes, until a day.

use crate::policy::{self, Action, Reach, Resource, Scope};
use crate::sql::{Row, values};
use crate::users::{self, user_columns};
use crate::{By, Deed, Error, Result, Secret, Store, TokenId, User, UserId, Verb, audit};

/// Longest life of a token.
pub const LONGEST_US: i64 = 366 * 24 * 3600 * 1_000_000;
/// Uses nearer to each other are not written down.
const WRITE_AFTER_US: i64 = 60 * 1_000_000;

/// A token in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Never given twice.
    pub id: TokenId,
    /// Whose it is.
    pub owner: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it is for; sorted.
    pub scopes: Vec<Scope>,
    /// UTC microseconds.
    pub created_at_us: i64,
    /// UTC microseconds.
    pub expires_at_us: i64,
    /// A use, UTC microseconds; later ones by less than a minute are not told.
    pub last_used_at_us: Option<i64>,
    /// Since when it works no longer, if it was taken back.
    pub revoked_at_us: Option<i64>,
}

/// A token that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number, for the audit log.
    pub id: TokenId,
    /// Whose it is, with the grants of this moment.
    pub owner: User,
    /// What it is for; sorted.
    pub scopes: Vec<Scope>,
}

impl Token {
    /// How far it goes: never further than its owner.
    pub fn reach(&self, resource: Resource, action: Action) -> Reach {
        policy::token_reach(&self.owner.grants, &self.scopes, resource, action)
    }
}

/// A token to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// Whose it will be.
    pub owner: UserId,
    /// What its owner calls it.
    pub name: &'a str,
    /// What it is for.
    pub scopes: &'a [Scope],
    /// Until when, UTC microseconds; at most [`LONGEST_US`] from now.
    pub expires_at_us: i64,
}

impl Store {
    /// Makes a token of `secret`, which is shown to its owner now and never again.
    ///
    /// # Errors
    /// When the owner is not there or closed, the name is empty, no scope is named, or it would live too long.
    pub async fn add_token(&self, new: NewToken<'_>, secret: &Secret, by: By) -> Result<TokenId> {
        let name = new.name.trim();
        let life_us = new.expires_at_us - by.at_us;
        if name.is_empty() || name.chars().count() > 200 || new.scopes.is_empty() {
            return Err(Error::Input("a token needs a name of up to 200 characters and a scope".to_owned()));
        }
        if !(1..=LONGEST_US).contains(&life_us) {
            return Err(Error::Input("a token lives for up to 366 days".to_owned()));
        }
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        if users::found(&mut tx, new.owner).await?.disabled_at_us.is_some() {
            return Err(Error::Disabled);
        }
        let insert = "INSERT INTO tokens (token_hash, user_id, name, created_at_us, expires_at_us) \
                      VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let hash = secret.hash();
        let values = values![&hash, new.owner.0, name, by.at_us, new.expires_at_us];
        let id = tx.row(insert, values).await?.ok_or(Error::NotFound("the new token"))?.int("id")?;
        let mut scopes = new.scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        for scope in &scopes {
            let insert = "INSERT INTO token_scopes (token_id, scope) VALUES ($1, $2)";
            tx.run(insert, values![id, scope.as_str()]).await?;
        }
        let said: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let detail = format!("user:{}, {}", new.owner.0, said.join(", "));
        let object = format!("token:{id}");
        audit::append(
            &mut tx,
            Deed { verb: Verb::Added, object: &object, department: None, detail: &detail },
            by,
        )
        .await?;
        tx.commit().await?;
        Ok(TokenId(id))
    }

    /// The token that a program shows; `None` when there is none, it has expired or was taken back, or its owner's
    /// account is closed. Counts as a use.
    pub async fn token(&self, secret: &Secret, now_us: i64) -> Result<Option<Token>> {
        let select = concat!(
            "SELECT t.id AS token_id, t.last_used_at_us, ",
            user_columns!(),
            " FROM tokens t JOIN users u ON u.id = t.user_id LEFT JOIN grants g ON g.user_id = u.id \
             WHERE t.token_hash = $1 AND t.expires_at_us > $2 AND t.revoked_at_us IS NULL \
                 AND u.disabled_at_us IS NULL"
        );
        let rows = self.pool.rows(select, values![&secret.hash(), now_us]).await?;
        let (Some(row), Some(owner)) = (rows.first(), users::one(&rows)?) else { return Ok(None) };
        let id = row.int("token_id")?;
        let select = "SELECT scope FROM token_scopes WHERE token_id = $1";
        let scopes = self.pool.rows(select, values![id]).await?;
        let mut scopes = scopes.iter().map(scope).collect::<Result<Vec<_>>>()?;
        scopes.sort_unstable();
        if row.get::<Option<i64>>("last_used_at_us")?.is_none_or(|last| now_us - last >= WRITE_AFTER_US) {
            self.pool
                .run("UPDATE tokens SET last_used_at_us = $2 WHERE id = $1", values![id, now_us])
                .await?;
        }
        Ok(Some(Token { id: TokenId(id), owner, scopes }))
    }

    /// All tokens, also those that work no longer, in order of id.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>> {
        let select = "SELECT id, user_id, name, created_at_us, expires_at_us, last_used_at_us, revoked_at_us, scope \
                      FROM tokens JOIN token_scopes ON token_id = id ORDER BY id";
        let mut tokens: Vec<TokenRow> = Vec::new();
        for row in &self.pool.rows(select, &[]).await? {
            let id = TokenId(row.int("id")?);
            if tokens.last().is_none_or(|token| token.id != id) {
                tokens.push(TokenRow {
                    id,
                    owner: UserId(row.int("user_id")?),
                    name: row.text("name")?,
                    scopes: Vec::new(),
                    created_at_us: row.int("created_at_us")?,
                    expires_at_us: row.int("expires_at_us")?,
                    last_used_at_us: row.get("last_used_at_us")?,
                    revoked_at_us: row.get("revoked_at_us")?,
                });
            }
            if let Some(token) = tokens.last_mut() {
                token.scopes.push(scope(row)?);
                token.scopes.sort_unstable();
            }
        }
        Ok(tokens)
    }

    /// Takes a token back; whether it was there and worked.
    pub async fn revoke_token(&self, id: TokenId, by: By) -> Result<bool> {
        let mut tx = self.pool.begin().await?;
        let revoke = "UPDATE tokens SET revoked_at_us = $2 WHERE id = $1 AND revoked_at_us IS NULL";
        let revoked = tx.run(revoke, values![id.0, by.at_us]).await? > 0;
        if revoked {
            let object = format!("token:{}", id.0);
            audit::append(
                &mut tx,
                Deed { verb: Verb::Removed, object: &object, department: None, detail: "" },
                by,
            )
            .await?;
            tx.commit().await?;
        }
        Ok(revoked)
    }
}

fn scope(row: &Row) -> Result<Scope> {
    let found = row.text("scope")?;
    let scope = Scope::ALL.into_iter().find(|scope| scope.as_str() == found);
    scope.ok_or(Error::Foreign { column: "token_scopes.scope", found })
}
