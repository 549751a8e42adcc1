//! What a refusal must be: every fact of its row in the catalogue, and nothing beside.

use super::exchange::Reply;
use super::session::Session;
use super::story::Wrong;
use domain::Failure;
use domain::wire::Problem;
use serde::de::DeserializeOwned;

impl Session {
    /// `reply` is the refusal `failure`: status, media type, type, title, code, contact, fields, and when to come again.
    ///
    /// # Errors
    /// The first difference.
    pub(crate) fn refused(&mut self, reply: &Reply, failure: Failure) -> Result<Problem, Wrong> {
        let problem = check(reply, failure)?;
        let mut statement = format!(
            "refused with {} {}, \"{}\", contact {}",
            problem.status,
            failure,
            problem.title,
            contact(&problem)
        );
        if let Some(seconds) = problem.retry_after_s {
            statement.push_str(&format!(", again in {seconds} s"));
        }
        self.holds(statement, true)?;
        Ok(problem)
    }

    /// The same, and `field` is named as the one at fault.
    ///
    /// # Errors
    /// The first difference.
    pub(crate) fn refused_at(&mut self, reply: &Reply, field: &str, failure: Failure) -> Result<(), Wrong> {
        let problem = self.refused(reply, failure)?;
        let named = problem.fields.iter().any(|found| found.field == field && found.code == failure);
        self.holds(format!("the field {field} is named"), named)
    }

    /// `reply` is a success with this status.
    ///
    /// # Errors
    /// Where it isn't.
    pub(crate) fn went(&mut self, reply: &Reply, status: u16) -> Result<(), Wrong> {
        if reply.status == status {
            return Ok(());
        }
        let code = reply.code().map_or_else(String::new, |code| format!(" {code}"));
        Err(Wrong::new(format!("answered with {}{code} in place of {status}", reply.status)))
    }

    /// The body of a success with this status.
    ///
    /// # Errors
    /// Where it isn't one, or can't be read as that.
    pub(crate) fn read<T: DeserializeOwned>(&mut self, reply: &Reply, status: u16) -> Result<T, Wrong> {
        self.went(reply, status)?;
        reply
            .json()
            .ok_or_else(|| Wrong::new(format!("the body of a {status} is not what the contract says")))
    }
}

fn check(reply: &Reply, failure: Failure) -> Result<Problem, Wrong> {
    let differs = |what: &str, found: String, expect: &str| {
        Err(Wrong::new(format!("{failure}: {what} is {found} in place of {expect}")))
    };
    if reply.status != failure.status() {
        let code = reply.code().map_or_else(String::new, |code| format!(" ({code})"));
        return differs("the status", format!("{}{code}", reply.status), &failure.status().to_string());
    }
    let media_type = reply.header("content-type").unwrap_or("missing");
    if media_type != Problem::MEDIA_TYPE {
        return differs("the media type", media_type.to_owned(), Problem::MEDIA_TYPE);
    }
    // Keys that no problem has are refused by its type: that is the allow-list.
    let problem: Problem = match serde_json::from_slice(&reply.body) {
        Ok(problem) => problem,
        Err(error) => return differs("the body", format!("no problem ({error})"), "one"),
    };
    let expect = Problem::of(failure);
    let same = [
        ("the code", problem.code.code().to_owned(), expect.code.code().to_owned()),
        ("the type", problem.kind.clone(), expect.kind.clone()),
        ("the title", problem.title.clone(), expect.title.clone()),
        ("the status in the body", problem.status.to_string(), expect.status.to_string()),
        ("the contact", contact(&problem), contact(&expect)),
    ];
    for (what, found, expect) in same {
        if found != expect {
            return differs(what, found, &expect);
        }
    }
    for field in &problem.fields {
        if field.title != field.code.title() {
            return differs("a field's title", field.title.clone(), field.code.title());
        }
    }
    check_headers(reply, &problem, failure)?;
    Ok(problem)
}

fn check_headers(reply: &Reply, problem: &Problem, failure: Failure) -> Result<(), Wrong> {
    let header = |name: &str| reply.header(name).unwrap_or("missing").to_owned();
    let retry_after = reply.header("retry-after").and_then(|value| value.parse::<u32>().ok());
    if retry_after != problem.retry_after_s {
        return Err(Wrong::new(format!(
            "{failure}: Retry-After is {} and the body says {:?}",
            header("retry-after"),
            problem.retry_after_s
        )));
    }
    if failure.is_transient() && retry_after.is_none_or(|seconds| seconds == 0) {
        return Err(Wrong::new(format!(
            "{failure}: waiting helps, and Retry-After is {}",
            header("retry-after")
        )));
    }
    for (name, expect) in [("cache-control", "no-store"), ("x-content-type-options", "nosniff")] {
        if header(name) != expect {
            return Err(Wrong::new(format!("{failure}: {name} is {} in place of {expect}", header(name))));
        }
    }
    Ok(())
}

fn contact(problem: &Problem) -> String {
    serde_json::to_value(problem.contact)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(
        failure: Failure,
        change: impl FnOnce(&mut serde_json::Value, &mut Vec<(String, String)>),
    ) -> Reply {
        let problem =
            if failure.is_transient() { Problem::of(failure).retry_after(3) } else { Problem::of(failure) };
        let mut body = serde_json::to_value(problem).unwrap();
        let mut headers: Vec<(String, String)> = [
            ("content-type", Problem::MEDIA_TYPE),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        if failure.is_transient() {
            headers.push(("retry-after".to_owned(), "3".to_owned()));
        }
        change(&mut body, &mut headers);
        Reply { status: failure.status(), headers, body: body.to_string().into() }
    }

    #[test]
    fn every_difference_is_found() {
        let judge = |found: Reply, expect: Option<&str>| {
            let wrong = check(&found, Failure::Busy).err().map(|wrong| wrong.what);
            match expect {
                None => assert_eq!(wrong, None),
                Some(part) => assert!(
                    wrong.as_ref().is_some_and(|wrong| wrong.contains(part)),
                    "{wrong:?} has no {part}"
                ),
            }
        };
        judge(reply(Failure::Busy, |_, _| ()), None);
        judge(reply(Failure::RegistrySlow, |_, _| ()), Some("the code is registry-slow"));
        judge(reply(Failure::Closed, |_, _| ()), Some("the status is 403 (closed)"));
        judge(reply(Failure::Busy, |body, _| body["title"] = "Sibuk".into()), Some("the title is Sibuk"));
        judge(reply(Failure::Busy, |body, _| body["contact"] = "helpdesk".into()), Some("the contact"));
        judge(reply(Failure::Busy, |body, _| body["type"] = "about:blank".into()), Some("the type"));
        judge(reply(Failure::Busy, |body, _| body["cause"] = "pool".into()), Some("no problem"));
        judge(reply(Failure::Busy, |body, _| body["status"] = 500.into()), Some("status in the body"));
        judge(reply(Failure::Busy, |_, headers| drop(headers.pop())), Some("Retry-After"));
        judge(reply(Failure::Busy, |_, headers| drop(headers.remove(1))), Some("cache-control"));
        judge(reply(Failure::Busy, |_, headers| headers[0].1 = "text/html".to_owned()), Some("media type"));
    }

    #[test]
    fn every_failure_passes_as_itself() {
        for &failure in Failure::ALL {
            assert!(check(&reply(failure, |_, _| ()), failure).is_ok(), "{failure}");
        }
    }
}
