//! Writes `data/regions.csv` and `src/region/table.rs` from the tables of three packages, so that no code in
//! them is typed by hand. Running it again gives the same bytes. The inputs, and how to run it:
//!
//! ```text
//! npm pack idn-area-data@4.0.1 && mkdir current && tar xzf idn-area-data-4.0.1.tgz -C current
//! npm pack nik-parser@1.0.1 && mkdir older && tar xzf nik-parser-1.0.1.tgz -C older
//! pip download --no-deps nomiden==0.0.7 && python3 -m zipfile -e nomiden-0.0.7-py3-none-any.whl middle
//! cargo run -p domain --example make_regions -- current/package older/package middle
//! ```
//!
//! - `idn-area-data` 4.0.1: every code in force (Kepmendagri 300.2.2-2138 of 2025), with its name.
//! - `nik-parser` 1.0.1: the codes in force before 2019.
//! - `nomiden` 0.0.7: those of Permendagri 72 of 2019. It has 65 districts of Papua that the other two lack:
//!   made after the older table, renumbered before the current one.
//! - Six more districts lived only between 2019 and the renumbering of 2022, and no package has them:
//!   [`MADE_AFTER_2019`].
//!
//! A code once given lives on in the NIKs of those who were registered under it, so the result is the union.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// In the tables after Permendagri 72 of 2019, up to Kepmendagri 050-145 of 2022; renumbered (Padua is 930121
/// now) when Papua was divided later in 2022. NOTICE says where they were looked up.
const MADE_AFTER_2019: [(&str, &str); 6] = [
    ("910121", "Padua"),
    ("910122", "Kontuar"),
    ("911820", "Joutu"),
    ("911821", "Aswi"),
    ("911822", "Awyu"),
    ("911823", "Koroway Buluanop"),
];

/// Names by code; codes of two digits are provinces, of four regencies and cities, of six districts.
type Names = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [current, older, middle] = arguments.as_slice() else {
        return Err("usage: make_regions IDN_AREA_DATA_DIR NIK_PARSER_DIR NOMIDEN_DIR".into());
    };
    let current = read_idn_area_data(Path::new(current))?;
    // Of two names for a withdrawn code the later one is kept.
    let mut withdrawn = read_nik_parser(Path::new(older))?;
    withdrawn.extend(read_nomiden(Path::new(middle))?);
    withdrawn.extend(MADE_AFTER_2019.map(|(code, name)| (code.to_owned(), name.to_owned())));
    withdrawn.retain(|code, _| !current.contains_key(code));

    let domain = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::write(domain.join("data/regions.csv"), csv_text(&current, &withdrawn)?)?;
    fs::write(domain.join("src/region/table.rs"), table_source(&current, &withdrawn)?)?;
    Ok(())
}

/// `data/{provinces,regencies,districts}.csv` with a header and the columns `code` (dotted) and `name`.
fn read_idn_area_data(package: &Path) -> Result<Names, Box<dyn Error>> {
    let mut names = Names::new();
    for level in ["provinces", "regencies", "districts"] {
        let mut table = csv::Reader::from_path(package.join(format!("data/{level}.csv")))?;
        let name_column = table.headers()?.len() - 1;
        for row in table.records() {
            let row = row?;
            insert(&mut names, &row[0].replace('.', ""), &row[name_column])?;
        }
    }
    Ok(names)
}

/// `src/wilayah.json`: names in capitals by code, in one object a level; districts as `NAME -- POST CODE`.
fn read_nik_parser(package: &Path) -> Result<Names, Box<dyn Error>> {
    let text = fs::read_to_string(package.join("src/wilayah.json"))?;
    let levels: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text)?;
    let mut names = Names::new();
    for (code, name) in levels.values().flatten() {
        let name = name.split(" -- ").next().unwrap_or(name);
        insert(&mut names, code, &regency_in_words(&in_title_case(name)))?;
    }
    Ok(names)
}

/// `nomiden/data/regcode.csv`: `code,region` for every level; villages (ten digits) are left out.
fn read_nomiden(package: &Path) -> Result<Names, Box<dyn Error>> {
    let mut names = Names::new();
    for row in csv::Reader::from_path(package.join("nomiden/data/regcode.csv"))?.records() {
        let row = row?;
        match row[0].len() {
            2 | 4 => insert(&mut names, &row[0], &regency_in_words(&in_title_case(&row[1])))?,
            6 => insert(&mut names, &row[0], &row[1])?,
            _ => (),
        }
    }
    Ok(names)
}

/// Refuses what the committed file could not hold: it has no quoting, and it is read by splitting at commas.
fn insert(names: &mut Names, code: &str, name: &str) -> Result<(), Box<dyn Error>> {
    // The one name with a quotation mark, Ra"as of Sumenep, means the apostrophe of its island, Ra'as.
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "'");
    let code_fits = matches!(code.len(), 2 | 4 | 6) && code.bytes().all(|byte| byte.is_ascii_digit());
    if !code_fits || name.is_empty() || name.contains(',') || !name.is_ascii() {
        return Err(format!("cannot keep region `{code}` with the name `{name}`").into());
    }
    match names.insert(code.to_owned(), name) {
        Some(first) => Err(format!("region {code} stands twice, first as `{first}`").into()),
        None => Ok(()),
    }
}

/// `KAWAY XVI` to `Kaway Xvi`, `SURU-SURU` to `Suru-Suru`; only withdrawn names pass here.
fn in_title_case(name: &str) -> String {
    let mut at_start = true;
    let mut title = String::with_capacity(name.len());
    for letter in name.chars() {
        title.push(if at_start { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
        at_start = !letter.is_alphabetic() && letter != '\'';
    }
    title
}

/// `Kab. Merauke` and `Kab Merauke` to `Kabupaten Merauke`, as the current table writes it.
fn regency_in_words(name: &str) -> String {
    match name.strip_prefix("Kab. ").or_else(|| name.strip_prefix("Kab ")) {
        Some(rest) => format!("Kabupaten {rest}"),
        None => name.to_owned(),
    }
}

fn csv_text(current: &Names, withdrawn: &Names) -> Result<String, Box<dyn Error>> {
    let mut rows: Vec<(&String, &String, &str)> = Vec::new();
    rows.extend(current.iter().map(|(code, name)| (code, name, "current")));
    rows.extend(withdrawn.iter().map(|(code, name)| (code, name, "withdrawn")));
    rows.sort_unstable_by_key(|(code, ..)| (code.len(), *code));

    let mut text = String::from(
        "# Made by examples/make_regions.rs from idn-area-data 4.0.1 and older tables; see NOTICE. \
         Open Database License 1.0: https://opendatacommons.org/licenses/odbl/1-0/\ncode,name,status\n",
    );
    for (code, name, status) in rows {
        writeln!(text, "{code},{name},{status}")?;
    }
    Ok(text)
}

/// The regencies in order, and for each the bitmap of its districts: bit n is district n.
fn table_source(current: &Names, withdrawn: &Names) -> Result<String, Box<dyn Error>> {
    let mut districts: BTreeMap<&str, u128> = BTreeMap::new();
    for code in current.keys().chain(withdrawn.keys()).filter(|code| code.len() == 6) {
        let (regency, district) = code.split_at(4);
        *districts.entry(regency).or_default() |= 1 << district.parse::<u32>()?;
    }
    let regencies: Vec<String> = districts.keys().map(|regency| format!("{regency},")).collect();
    let bitmaps: Vec<String> = districts.values().map(|bitmap| format!("{bitmap:#x},")).collect();
    let count = districts.len();

    let mut source = String::from(
        "// Generated by examples/make_regions.rs from the tables that NOTICE names. Do not edit.\n\
         // Open Database License 1.0: https://opendatacommons.org/licenses/odbl/1-0/\n\n\
         /// First four digits of every district ever numbered, in order.\n\
         #[rustfmt::skip]\n",
    );
    write!(source, "pub(super) const REGENCIES: [u16; {count}] = [\n{}];\n\n", wrapped(&regencies))?;
    write!(
        source,
        "/// Districts of each of [`REGENCIES`]: bit n is set where district n exists.\n#[rustfmt::skip]\n"
    )?;
    write!(source, "pub(super) const DISTRICTS: [u128; {count}] = [\n{}];\n", wrapped(&bitmaps))?;
    Ok(source)
}

/// Lines of at most 110 columns, indented by four.
fn wrapped(items: &[String]) -> String {
    let mut text = String::new();
    let mut column = 0;
    for item in items {
        if column == 0 || column + 1 + item.len() > 110 {
            text.push_str(if column == 0 { "   " } else { "\n   " });
            column = 3;
        }
        text.push(' ');
        text.push_str(item);
        column += 1 + item.len();
    }
    text.push('\n');
    text
}
