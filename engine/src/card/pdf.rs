//! The card as PDF: one A4 page in Helvetica, which every reader has, so no font is embedded and the file has some three kilobytes.
//!
//! The encoding is WinAnsi: a letter beyond it, which no Indonesian name has, shows as a question mark here and as itself on the page.

use super::{Card, NOTICES, PORTAL, TITLE};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const REGULAR: (Ref, Name<'static>) = (Ref::new(5), Name(b"F1"));
const BOLD: (Ref, Name<'static>) = (Ref::new(6), Name(b"F2"));
const INFO: Ref = Ref::new(7);

/// A4 in points, and where things stand on it.
const PAPER: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 56.0;
const RIGHT: f32 = 539.0;
const VALUES: f32 = 190.0;

/// Sizes of type, in points; a line is one and a half times as high.
const TITLE_SIZE: f32 = 20.0;
const RECEIPT_SIZE: f32 = 14.0;
const TEXT_SIZE: f32 = 11.0;
const NOTICE_SIZE: f32 = 9.5;
const LINE: f32 = 1.5;

impl Card {
    /// The card as PDF.
    pub(crate) fn pdf(&self) -> Vec<u8> {
        let mut pdf = Pdf::new();
        pdf.catalog(CATALOG).pages(PAGES).lang(TextStr("id-ID"));
        pdf.pages(PAGES).kids([PAGE]).count(1);
        let mut page = pdf.page(PAGE);
        page.media_box(Rect::new(0.0, 0.0, PAPER.0, PAPER.1)).parent(PAGES).contents(CONTENT);
        page.resources().fonts().pair(REGULAR.1, REGULAR.0).pair(BOLD.1, BOLD.0);
        page.finish();
        for ((font, _), name) in [(REGULAR, &b"Helvetica"[..]), (BOLD, b"Helvetica-Bold")] {
            pdf.type1_font(font).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        pdf.document_info(INFO).title(TextStr(&format!("{TITLE} {}", self.number)));
        pdf.stream(CONTENT, &self.draw());
        pdf.finish()
    }

    fn draw(&self) -> Vec<u8> {
        let mut sheet = Sheet { content: Content::new(), y: PAPER.1 - 70.0 };
        sheet.text(REGULAR, TEXT_SIZE, LEFT, PORTAL);
        sheet.text(BOLD, TITLE_SIZE, LEFT, TITLE);
        sheet.rule();
        for (label, value) in &self.rows {
            let start = sheet.y;
            sheet.text(REGULAR, TEXT_SIZE, LEFT, label);
            sheet.y = start;
            for line in wrap(value, TEXT_SIZE, RIGHT - VALUES) {
                sheet.text(BOLD, TEXT_SIZE, VALUES, &line);
            }
        }
        sheet.rule();
        sheet.text(REGULAR, TEXT_SIZE, LEFT, "Nomor tanda terima");
        sheet.text(BOLD, RECEIPT_SIZE, LEFT, &self.receipt);
        sheet.rule();
        for notice in NOTICES {
            for line in wrap(notice, NOTICE_SIZE, RIGHT - LEFT) {
                sheet.text(REGULAR, NOTICE_SIZE, LEFT, &line);
            }
            sheet.y -= NOTICE_SIZE / 2.0;
        }
        sheet.content.finish().into_vec()
    }
}

/// What has been drawn, and the height of the next line's foot.
struct Sheet {
    content: Content,
    y: f32,
}

impl Sheet {
    fn text(&mut self, font: (Ref, Name<'_>), size: f32, x: f32, text: &str) {
        self.y -= size * LINE;
        self.content.begin_text();
        self.content.set_font(font.1, size);
        self.content.next_line(x, self.y);
        self.content.show(Str(&win_ansi(text)));
        self.content.end_text();
    }

    fn rule(&mut self) {
        self.y -= 12.0;
        self.content.move_to(LEFT, self.y).line_to(RIGHT, self.y).stroke();
        self.y -= 4.0;
    }
}

/// Lines of `text` that are at most `width` points wide. A word that is wider by itself is cut.
fn wrap(text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if self::width(&joined, size) <= width {
            *line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for c in word.chars() {
            let line = lines.last_mut().expect("there is always a line");
            line.push(c);
            // One letter stands on a line by itself, however little room there is.
            if self::width(line, size) > width && line.len() > c.len_utf8() {
                line.pop();
                lines.push(c.to_string());
            }
        }
    }
    lines
}

/// Points that `text` takes in Helvetica, or in its bold, which is wider: a tenth is added for that.
fn width(text: &str, size: f32) -> f32 {
    let thousandths: u32 = text.chars().map(|c| u32::from(advance(c))).sum();
    thousandths as f32 / 1_000.0 * size * 1.1
}

/// Advance widths of Helvetica from its metrics file (Adobe Core 14 AFM), space to tilde.
const ADVANCES: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// As wide as a W where nothing is known, so that a line is never too long.
const ADVANCE_MAX: u16 = 944;

fn advance(c: char) -> u16 {
    let place = u32::from(c).checked_sub(u32::from(' '));
    place.and_then(|place| ADVANCES.get(place as usize)).copied().unwrap_or(ADVANCE_MAX)
}

/// Code page 1252, as PDF calls it.
fn win_ansi(text: &str) -> Vec<u8> {
    let byte = |c| match c {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).unwrap_or(b'?'),
        '‘' => 0x91,
        '’' => 0x92,
        '–' => 0x96,
        '—' => 0x97,
        'Š' => 0x8a,
        'š' => 0x9a,
        'Ž' => 0x8e,
        'ž' => 0x9e,
        'Ÿ' => 0x9f,
        _ => b'?',
    };
    text.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_wide_as_there_is_room() {
        let check = |text: &str, points: f32, expect: &[&str]| {
            let lines = wrap(text, 10.0, points);
            assert_eq!(lines, expect, "{text}");
            assert!(lines.iter().all(|line| width(line, 10.0) <= points || line.chars().count() == 1));
        };
        check("", 100.0, &[""]);
        check("Siti Aminah", 100.0, &["Siti Aminah"]);
        check("Siti Aminah", 40.0, &["Siti", "Aminah"]);
        check("Aminah", 25.0, &["Ami", "nah"]);
        check("i Aminah", 25.0, &["i", "Ami", "nah"]);
        check("ŴŴ", 1.0, &["Ŵ", "Ŵ"]);
    }

    #[test]
    fn letters() {
        let check = |text: &str, expect: &[u8]| assert_eq!(win_ansi(text), expect, "{text}");
        check("Nur’aini", b"Nur\x92aini");
        check("Émile", b"\xc9mile");
        check("Ŵ\n", b"??");
    }
}
