//! Tables of numbers that a scenario takes from other files. Their text is passed in.

/// A file that a scenario names.
pub(crate) struct NamedFile {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The numbers of one column of a CSV file, each from 0 to `max`, one to `rows_max` of them. Lines that begin with # are comments.
///
/// # Errors
/// What is wrong, and what would be right.
pub(crate) fn column(text: &str, name: &str, max: f64, rows_max: usize) -> Result<Vec<f64>, String> {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| format!("no CSV: {error}"))?;
    let at = headers.iter().position(|header| header == name);
    let at = at.ok_or_else(|| format!("its first line names no column {name}"))?;
    let mut values = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| format!("no CSV: {error}"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let found = record.get(at).unwrap_or("");
        let value = found.parse::<f64>().ok().filter(|value| (0.0..=max).contains(value));
        values.push(value.ok_or_else(|| format!("line {line}: {found:?} is no number from 0 to {max}"))?);
        if values.len() > rows_max {
            return Err(format!("it has more than {rows_max} rows"));
        }
    }
    if values.is_empty() { Err("it has no rows".to_owned()) } else { Ok(values) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns() {
        let check = |text: &str, expect: Result<&[f64], &str>| {
            let found = column(text, "count", 1_000.0, 3);
            assert_eq!(found.as_deref(), expect.map_err(str::to_owned).as_ref().map(|v| *v), "{text:?}");
        };
        check("count\n1\n2.5\n", Ok(&[1.0, 2.5]));
        check("# published\nat,count\n08.00, 7\n# noon\n09.00, 0\n", Ok(&[7.0, 0.0]));
        check("at,counts\n1,2\n", Err("its first line names no column count"));
        check("count\n", Err("it has no rows"));
        check("", Err("its first line names no column count"));
        check("count\n1\nmany\n", Err("line 3: \"many\" is no number from 0 to 1000"));
        check("count\n-1\n", Err("line 2: \"-1\" is no number from 0 to 1000"));
        check("count\n1\n1\n1\n1\n", Err("it has more than 3 rows"));
    }
}
