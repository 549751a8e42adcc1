//! Documents: the gate, then for photos a decode at reduced size and its sharpness, then the file on disk; all on a bounded pool.

use crate::blobs::Blobs;
use crate::metrics::PoolMetrics;
use crate::overload::Line;
use crate::pool::{Pool, PoolError};
use crate::store::DraftId;
use bytes::Bytes;
use domain::Failure;
use domain::document::{Dimensions, DocumentKind, SHARPNESS_MIN};
use domain::draft::Document;
use domain::limits::{Blurred, DocumentLimits};
use jpeg_decoder::{Decoder, PixelFormat};
use memchr::memmem;
use std::io;
use std::sync::Arc;

/// Opens photos and keeps documents.
pub(crate) struct Photos {
    pool: Pool<Vec<u8>>,
    blobs: Arc<Blobs>,
    blurred: Blurred,
}

/// Why a document was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PhotoError {
    #[error("refused: {0}")]
    Refused(Failure),
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error("cannot be kept")]
    Io(#[from] io::Error),
}

impl Photos {
    /// # Errors
    /// Where no thread can be had.
    pub(crate) fn start(
        blobs: Blobs,
        blurred: Blurred,
        threads: usize,
        queue_max: usize,
        line: Option<Arc<Line>>,
        metrics: PoolMetrics,
    ) -> io::Result<Photos> {
        let pool = Pool::start("photo", threads, queue_max, metrics, Vec::new)?.behind(line);
        Ok(Photos { pool, blobs: Arc::new(blobs), blurred })
    }

    /// Judges `file` by `limits` and keeps it for `draft`.
    ///
    /// # Errors
    /// [`PhotoError`]; then nothing is kept.
    pub(crate) async fn take(
        &self,
        draft: DraftId,
        kind: DocumentKind,
        limits: DocumentLimits,
        file: Bytes,
    ) -> Result<Document, PhotoError> {
        // By length and markers first, here: a refusal must not queue behind pictures that are being opened.
        let dimensions = limits.check(&file).map_err(PhotoError::Refused)?;
        let (blobs, blurred) = (Arc::clone(&self.blobs), self.blurred);
        let work = move |luma: &mut Vec<u8>| -> Result<Document, PhotoError> {
            let sharpness = dimensions
                .map(|size| sharpness(&file, size, luma))
                .transpose()
                .map_err(PhotoError::Refused)?;
            let is_blurred = sharpness.is_some_and(|sharpness| sharpness < SHARPNESS_MIN);
            if is_blurred && blurred == Blurred::Refuse {
                return Err(PhotoError::Refused(Failure::PhotoBlurred));
            }
            let blob = blobs.put(draft, kind, &file)?;
            let bytes = u32::try_from(file.len()).unwrap_or(u32::MAX);
            Ok(Document { bytes, dimensions, sharpness, blurred: is_blurred, blob })
        };
        self.pool.run(work).await?
    }

    /// The folder of documents.
    pub(crate) fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Removes the file of an upload that another has replaced.
    pub(crate) fn remove(&self, name: &str) {
        self.blobs.remove(name);
    }
}

/// Scans of a progressive JPEG at most. Encoders write ten or so; each further one goes over every pixel again, for a handful of bytes.
const SCANS_MAX: usize = 20;

/// The shorter side of the picture that sharpness is measured on, at least, in pixels: 1,000 x 1,400 becomes 250 x 350.
const SIDE_MIN: u16 = 250;

/// Variance of the Laplacian over the luma plane of a JPEG (Pech-Pacheco et al., ICPR 2000: low where nothing is in focus), at an
/// eighth, a quarter or half of its size, down to [`SIDE_MIN`]. That is what somebody sees who looks at the whole of it, and two
/// thirds of a decode at full size: no inverse transform of 8 x 8, and a sixteenth of the pixels. `luma` is scratch.
pub(crate) fn sharpness(file: &[u8], size: Dimensions, luma: &mut Vec<u8>) -> Result<f64, Failure> {
    // Within compressed data no 0xff stands before anything but a zero or a restart marker, so each hit is a scan, or a thumbnail's.
    if memmem::find_iter(file, b"\xff\xda").count() > SCANS_MAX {
        return Err(Failure::FileType);
    }
    let mut decoder = Decoder::new(file);
    decoder.read_info().map_err(|_| Failure::FileType)?;
    let info = decoder.info().ok_or(Failure::FileType)?;
    // The gate has judged the dimensions that it found; what is decoded must be those.
    if (u32::from(info.width), u32::from(info.height)) != (size.width, size.height) {
        return Err(Failure::FileType);
    }
    let (width, _) = decoder.scale(SIDE_MIN, SIDE_MIN).map_err(|_| Failure::FileType)?;
    let pixels = decoder.decode().map_err(|_| Failure::FileType)?;
    luma.clear();
    match info.pixel_format {
        PixelFormat::L8 => luma.extend_from_slice(&pixels),
        PixelFormat::RGB24 => luma.extend(pixels.as_chunks().0.iter().map(|&[r, g, b]| luma_of(r, g, b))),
        // Inverted or not: the variance is the same.
        PixelFormat::CMYK32 => luma.extend(pixels.as_chunks().0.iter().map(|&[c, m, y, _]| luma_of(c, m, y))),
        PixelFormat::L16 => return Err(Failure::FileType),
    }
    Ok(laplacian_variance(luma, usize::from(width)))
}

/// By ITU-R BT.601, in 256ths.
fn luma_of(red: u8, green: u8, blue: u8) -> u8 {
    ((77 * u16::from(red) + 150 * u16::from(green) + 29 * u16::from(blue)) >> 8) as u8
}

/// Over every pixel that has four neighbours: mean of squares less square of mean of `4p - n - s - w - e`.
fn laplacian_variance(luma: &[u8], width: usize) -> f64 {
    let rows: Vec<&[u8]> = luma.chunks_exact(width.max(1)).collect();
    let (mut sum, mut sum_of_squares, mut count) = (0i64, 0i64, 0i64);
    for [above, row, below] in rows.array_windows() {
        let (mut row_sum, mut row_squares) = (0i32, 0i64);
        for x in 1..width.saturating_sub(1) {
            let here = 4 * i32::from(row[x]);
            let around =
                i32::from(above[x]) + i32::from(below[x]) + i32::from(row[x - 1]) + i32::from(row[x + 1]);
            let laplacian = here - around;
            row_sum += laplacian;
            row_squares += i64::from(laplacian * laplacian);
        }
        sum += i64::from(row_sum);
        sum_of_squares += row_squares;
        count += i64::try_from(width.saturating_sub(2)).unwrap_or(0);
    }
    if count == 0 {
        return 0.0;
    }
    let mean = sum as f64 / count as f64;
    sum_of_squares as f64 / count as f64 - mean * mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use jpeg_encoder::{ColorType, Encoder};

    #[test]
    fn variance_of_the_laplacian() {
        let check =
            |luma: &[u8], width, expect: f64| assert_eq!(laplacian_variance(luma, width), expect, "{luma:?}");
        check(&[], 0, 0.0);
        check(&[7; 4], 2, 0.0);
        check(&[7; 12], 4, 0.0);
        // One bright pixel, once alone in its window and once beside another.
        check(&[0, 0, 0, 0, 9, 0, 0, 0, 0], 3, 0.0);
        check(
            &[0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0],
            4,
            (36.0f64 * 36.0 + 81.0) / 2.0 - (27.0f64 / 2.0).powi(2),
        );
    }

    /// A grey progressive JPEG of 8 by 8 pixels: a scan of one black block, and then nothing, over and over.
    fn progressive(scans: usize) -> Vec<u8> {
        let segment = |marker: u8, body: &[u8]| {
            let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
            [&[0xff, marker][..], &length, body].concat()
        };
        let table = |class: u8| [&[class, 1][..], &[0; 15], &[0]].concat();
        let scan = |first: u8, last: u8| [segment(0xda, &[1, 1, 0, first, last, 0]), vec![0x7f]].concat();
        let head = [
            vec![0xff, 0xd8],
            segment(0xdb, &[&[0][..], &[1; 64]].concat()),
            segment(0xc2, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
            segment(0xc4, &table(0x00)),
            segment(0xc4, &table(0x10)),
            scan(0, 0),
        ];
        [head.concat(), scan(1, 63).repeat(scans - 1), vec![0xff, 0xd9]].concat()
    }

    /// Found by hand beside the fuzzing: 98 KB of empty scans over 24 megapixels.
    #[test]
    fn a_bomb_of_scans_is_refused() {
        let size = Dimensions { width: 8, height: 8 };
        for (scans, expect) in [(1, Ok(0.0)), (SCANS_MAX, Ok(0.0)), (SCANS_MAX + 1, Err(Failure::FileType))] {
            assert_eq!(sharpness(&progressive(scans), size, &mut Vec::new()), expect, "{scans} scans");
        }
    }

    /// Stripes as sharp as print or as soft as a shaken hand leaves them: the limit stands between the two, at every size.
    #[test]
    fn what_is_out_of_focus_is_told() {
        let check = |(width, height): (u16, u16), colour, soft: bool| {
            // Stripes of a twenty-fifth of the width: the letters of an identity card.
            let stripe = f64::from(width) / 25.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 68 to 188")]
            let shade = |x: u16| {
                let wave = (f64::from(x) / stripe * std::f64::consts::PI).sin();
                let wave = if soft { wave } else { wave.signum() };
                (128.0 + 60.0 * wave) as u8
            };
            let channels = if colour == ColorType::Luma { 1 } else { 3 };
            let row: Vec<u8> = (0..width).flat_map(|x| std::iter::repeat_n(shade(x), channels)).collect();
            let mut file = Vec::new();
            Encoder::new(&mut file, 85).encode(&row.repeat(height.into()), width, height, colour).unwrap();
            let size = Dimensions { width: width.into(), height: height.into() };
            let found = sharpness(&file, size, &mut Vec::new()).unwrap();
            assert_eq!(found < SHARPNESS_MIN, soft, "{width} x {height}, {colour:?}, soft: {soft}: {found}");
        };
        for size in [(1_000, 1_400), (2_000, 1_500), (3_000, 4_000)] {
            for colour in [ColorType::Luma, ColorType::Rgb] {
                check(size, colour, false);
                check(size, colour, true);
            }
        }
    }

    /// The gate reads the first frame header, and so must the decoder.
    #[test]
    fn other_dimensions_than_the_gate_found_are_refused() {
        let size = Dimensions { width: 16, height: 8 };
        assert_eq!(sharpness(&progressive(1), size, &mut Vec::new()), Err(Failure::FileType));
    }

    #[test]
    fn what_only_looks_like_a_jpeg_is_refused() {
        let size = Dimensions { width: 8, height: 8 };
        for file in
            [&b"\xff\xd8\xff\xd9"[..], b"", b"\xff\xd8\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0\xff\xd9"]
        {
            assert_eq!(sharpness(file, size, &mut Vec::new()), Err(Failure::FileType));
        }
    }
}
