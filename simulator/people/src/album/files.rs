//! Pictures as files: JPEG of a bounded or an exact size, and what people hand in in its place.

use super::drawing::Picture;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rand::Rng;

/// A ZIP archive without entries: the end record alone.
pub(super) const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// `picture` as a JPEG of `quality` (1 to 100), or of the best lower one at which it has at most `bytes_max` bytes.
pub(super) fn jpeg_under(picture: &Picture, quality: u8, bytes_max: usize) -> Vec<u8> {
    let lower = |quality: &u8| Some(quality - quality.div_ceil(10)).filter(|&lower| lower > 0);
    let mut files = std::iter::successors(Some(quality), lower).map(|quality| jpeg(picture, quality));
    files.find(|file| file.len() <= bytes_max).unwrap_or_else(|| jpeg(picture, 1))
}

/// `file`, a JPEG, made exactly `len` bytes long by comments before its end; decoders pass over them. A length that no comment can
/// reach (under four bytes more, each with its marker and length) leaves it as it is.
pub(super) fn padded(file: &[u8], len: usize) -> Vec<u8> {
    const END: usize = 2;
    const FRAME: usize = 4;
    const COMMENT_MAX: usize = FRAME + 65_533;
    let mut padded = file[..file.len() - END].to_vec();
    let mut missing = len.saturating_sub(file.len());
    while missing >= FRAME {
        let mut comment = missing.min(COMMENT_MAX);
        // What is left must have room for another comment, or be nothing.
        if (1..FRAME).contains(&(missing - comment)) {
            comment -= FRAME;
        }
        let length = u16::try_from(comment - 2).expect("a comment is at most 65,537 bytes with its marker");
        padded.extend([0xff, 0xfe]);
        padded.extend(length.to_be_bytes());
        padded.resize(padded.len() + comment - FRAME, b' ');
        missing -= comment;
    }
    padded.extend(&file[file.len() - END..]);
    padded
}

/// `picture` as a PNG.
pub(super) fn png(picture: &Picture) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, picture.width.into(), picture.height.into());
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a picture has pixels, and memory takes them");
    writer.write_image_data(&picture.rgb).expect("a picture has three bytes for each pixel");
    writer.finish().expect("memory takes the end of a file");
    file
}

/// `picture` as a WebP.
pub(super) fn webp(picture: &Picture) -> Vec<u8> {
    let mut file = Vec::new();
    image_webp::WebPEncoder::new(&mut file)
        .encode(&picture.rgb, picture.width.into(), picture.height.into(), image_webp::ColorType::Rgb8)
        .expect("a picture has three bytes for each pixel, and memory takes the file");
    file
}

/// A HEIC of about `len` bytes: the boxes that tell what it is, and noise for the picture (ISO/IEC 23008-12).
pub(super) fn heic(rng: &mut impl Rng, len: usize) -> Vec<u8> {
    let boxed = |name: &[u8; 4], body: &[u8]| {
        let length = u32::try_from(body.len() + 8).expect("a photograph has far less than 4 GB");
        [&length.to_be_bytes(), name.as_slice(), body].concat()
    };
    let kind = boxed(b"ftyp", b"heic\0\0\0\0mif1heic");
    let handler = boxed(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let primary = boxed(b"pitm", b"\0\0\0\0\0\x01");
    let meta = boxed(b"meta", &[b"\0\0\0\0".as_slice(), &handler, &primary].concat());
    let mut noise = vec![0; len.saturating_sub(kind.len() + meta.len() + 8)];
    rng.fill_bytes(&mut noise);
    [kind, meta, boxed(b"mdat", &noise)].concat()
}

/// `file`, a JPEG, that says it is 65,500 pixels wide and high. Everything else in it is as it was.
pub(super) fn with_huge_dimensions(file: &[u8]) -> Vec<u8> {
    const START_OF_FRAME: [u8; 2] = [0xff, 0xc0];
    // Marker, length of two bytes, precision of one: then height and width.
    const HEIGHT: usize = 5;
    let frame = file.windows(2).position(|marker| marker == START_OF_FRAME);
    let at = frame.expect("our encoder writes baseline frames") + HEIGHT;
    let mut huge = file.to_vec();
    let pixels = 65_500u16.to_be_bytes();
    huge[at..at + 4].copy_from_slice(&[pixels, pixels].concat());
    huge
}

/// A PDF of one empty page.
pub(super) fn pdf() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = file.len();
    file.push_str("xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    file.into_bytes()
}

fn jpeg(picture: &Picture, quality: u8) -> Vec<u8> {
    let mut file = Vec::with_capacity(256 * 1024);
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(&picture.rgb, picture.width, picture.height, ColorType::Rgb)
        .expect("a picture has three bytes for each pixel, and memory takes the file");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_reach_every_length_but_the_next_three() {
        let file = [0xff, 0xd8, 0xff, 0xd9];
        let check = |len, expect| {
            let padded = padded(&file, len);
            assert_eq!(padded.len(), expect, "to {len}");
            assert!(padded.starts_with(&[0xff, 0xd8]) && padded.ends_with(&[0xff, 0xd9]));
        };
        check(0, 4);
        check(4, 4);
        check(7, 4);
        check(8, 8);
        for len in (65_530..65_560).chain([131_070, 131_079, 131_080, 200_001, 3_000_000]) {
            check(len, len);
        }
    }

    #[test]
    fn the_pdf_says_where_its_objects_are() {
        let file = String::from_utf8(pdf()).unwrap();
        for (number, line) in (1..=3).zip(file.lines().filter(|line| line.ends_with(" n "))) {
            let place: usize = line[..10].parse().unwrap();
            assert!(file[place..].starts_with(&format!("{number} 0 obj")));
        }
        assert!(
            file.rsplit("startxref\n").next().unwrap().starts_with(&file.find("xref").unwrap().to_string())
        );
    }
}
