//! Every file is what its name says, by the rules of domain and by a decoder of another author.

use domain::Failure;
use domain::document::{Dimensions, DocumentKind, SHARPNESS_MIN};
use domain::limits::{Blurred, Limits, LimitsProfile};
use people::{Album, PhotoMake, PhotoSpec};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

const KINDS: [DocumentKind; 2] = [DocumentKind::Ktp, DocumentKind::Swafoto];

const SIZE: Dimensions = Dimensions { width: 1_000, height: 1_400 };

const WRONG_TYPES: [PhotoMake; 8] = [
    PhotoMake::Png,
    PhotoMake::Renamed,
    PhotoMake::Heic,
    PhotoMake::Webp,
    PhotoMake::Pdf,
    PhotoMake::Truncated,
    PhotoMake::Trailing,
    PhotoMake::HugeDimensions,
];

const TOO_LARGE: [PhotoMake; 4] =
    [PhotoMake::OverByOne, PhotoMake::FromPhone, PhotoMake::TwentyMegabytes, PhotoMake::Chunked];

#[test]
fn files_by_the_rules_of_each_profile() {
    for (profile, kilobyte) in [
        (LimitsProfile::Y2018, 1_000),
        (LimitsProfile::Y2021, 1_000),
        (LimitsProfile::Seed, 1_000),
        (LimitsProfile::Y2021, 1_024),
    ] {
        let limits = profile.limits(kilobyte);
        let album = Album::new(u64::from(kilobyte), &limits);
        for kind in KINDS {
            let rule = limits.document(kind).unwrap();
            let check = |make, expect: Result<Dimensions, Failure>| {
                let spec = PhotoSpec { kind, make };
                let found = rule.check(&album.file(spec));
                assert_eq!(spec.judge(&limits), expect.map(drop), "{kind} {make:?}, told without the file");
                assert_eq!(found, expect.map(Some), "{kind} {make:?} by {profile}, {kilobyte}");
            };
            for number in 0..=u8::MAX {
                check(PhotoMake::Sound(number), Ok(SIZE));
            }
            check(PhotoMake::AtLimit, Ok(SIZE));
            for make in TOO_LARGE {
                check(make, Err(Failure::FileTooLarge));
            }
            let small = if rule.bytes_min > 0 { Err(Failure::FileTooSmall) } else { Ok(SIZE) };
            check(PhotoMake::TooSmall, small);
            check(PhotoMake::Blurred, Ok(SIZE));
            for make in WRONG_TYPES {
                check(make, Err(Failure::FileType));
            }
            let len = |make| album.file(PhotoSpec { kind, make }).len();
            assert_eq!(len(PhotoMake::AtLimit), rule.bytes_max as usize);
            assert_eq!(len(PhotoMake::OverByOne), rule.bytes_max as usize + 1);
            assert_eq!(len(PhotoMake::FromPhone), 3_000_000);
            assert_eq!(len(PhotoMake::TwentyMegabytes), 20_000_000);
        }
    }
}

#[test]
fn pictures_decode_and_are_sharp() {
    let album = Album::new(5, &Limits::default());
    for kind in KINDS {
        let mut sizes = Vec::new();
        let sound = (0..6).map(PhotoMake::Sound);
        let padded = [PhotoMake::AtLimit, PhotoMake::OverByOne, PhotoMake::FromPhone];
        for make in sound.chain(padded).chain([PhotoMake::TooSmall]) {
            let file = album.file(PhotoSpec { kind, make });
            sizes.push(file.len());
            let (width, height, luma) = decode(&file).expect("it decodes");
            assert_eq!((width, height), (SIZE.width as usize, SIZE.height as usize));
            let sharpness = sharpness(width / 4, &quarter(width, &luma));
            assert!(sharpness > 3.0 * SHARPNESS_MIN, "{kind} {make:?}: {sharpness}");
        }
        let sound = &sizes[..6];
        assert!(sound.iter().all(|bytes| (90_000..=200_000).contains(bytes)), "{sound:?}");
        assert!(
            sound.iter().min().unwrap() < &120_000 && sound.iter().max().unwrap() > &175_000,
            "{sound:?}"
        );
    }
}

/// Nothing but opening it tells: whole, of a size that passes, and under the bound.
#[test]
fn blurred_pictures_decode_and_are_not_sharp() {
    let limits = Limits { blurred: Blurred::Refuse, ..LimitsProfile::Y2021.limits(1_000) };
    let album = Album::new(5, &limits);
    for kind in KINDS {
        let spec = PhotoSpec { kind, make: PhotoMake::Blurred };
        let (width, height, luma) = decode(&album.file(spec)).expect("it decodes");
        assert_eq!((width, height), (SIZE.width as usize, SIZE.height as usize));
        let sharpness = sharpness(width / 4, &quarter(width, &luma));
        assert!(sharpness < SHARPNESS_MIN, "{kind}: {sharpness}");
        assert_eq!(spec.judge(&limits), Err(Failure::PhotoBlurred));
        assert_eq!(spec.judge(&Limits::default()), Ok(()));
    }
}

/// The decoder can tell: a file that was cut short has no whole picture in it.
#[test]
fn a_truncated_file_is_not_whole() {
    let album = Album::new(5, &Limits::default());
    for kind in KINDS {
        assert!(decode(&album.file(PhotoSpec { kind, make: PhotoMake::Truncated })).is_err());
    }
}

#[test]
fn wrong_types_are_real_files_of_theirs() {
    let album = Album::new(5, &Limits::default());
    let file = album.file(PhotoSpec { kind: DocumentKind::Ktp, make: PhotoMake::Png });
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (250, 350));
    let file = album.file(PhotoSpec { kind: DocumentKind::Ktp, make: PhotoMake::Pdf });
    assert!(file.starts_with(b"%PDF-1.4\n") && file.ends_with(b"%%EOF\n"));
    let file = album.file(PhotoSpec { kind: DocumentKind::Ktp, make: PhotoMake::Webp });
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    assert_eq!(decoder.dimensions(), (250, 350));
    let file = album.file(PhotoSpec { kind: DocumentKind::Ktp, make: PhotoMake::Heic });
    assert_eq!((&file[4..12], boxes(&file)), (b"ftypheic".as_slice(), vec!["ftyp", "meta", "mdat"]));
    // What a browser declares is told by the name of the file.
    let declared = |make: PhotoMake| (make.media_type(), make.declares_length());
    assert_eq!(declared(PhotoMake::Png), ("image/png", true));
    assert_eq!(declared(PhotoMake::Renamed), ("image/jpeg", true));
    assert_eq!(declared(PhotoMake::Chunked), ("image/jpeg", false));
}

/// The boxes of an ISO base media file, from its first byte to its last.
fn boxes(mut file: &[u8]) -> Vec<&str> {
    let mut names = Vec::new();
    while let Some((head, _)) = file.split_first_chunk::<8>() {
        names.push(std::str::from_utf8(&file[4..8]).unwrap());
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        file = &file[length as usize..];
    }
    assert!(file.is_empty());
    names
}

#[test]
fn same_seed_same_bytes() {
    let limits = Limits::default();
    let (one, same, other) = (Album::new(1, &limits), Album::new(1, &limits), Album::new(2, &limits));
    for kind in KINDS {
        for number in 0..6 {
            let spec = PhotoSpec { kind, make: PhotoMake::Sound(number) };
            assert_eq!(one.file(spec), same.file(spec));
            assert_ne!(one.file(spec), other.file(spec));
            let next = PhotoSpec { kind, make: PhotoMake::Sound((number + 1) % 6) };
            assert_ne!(one.file(spec), one.file(next));
        }
    }
}

fn decode(file: &[u8]) -> Result<(usize, usize, Vec<u8>), String> {
    let options = DecoderOptions::new_safe().set_strict_mode(true).jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    let luma = decoder.decode().map_err(|error| format!("{error:?}"))?;
    let (width, height) = decoder.dimensions().ok_or("no dimensions")?;
    Ok((width, height, luma))
}

/// At a quarter of its size, which is what a decoder's reduced transform makes of this size: the mean of each 4 x 4 pixels.
fn quarter(width: usize, luma: &[u8]) -> Vec<u8> {
    let rows = luma.chunks_exact(width).collect::<Vec<_>>();
    let mean = |rows: &[&[u8]], x: usize| {
        let sum: u32 = rows.iter().flat_map(|row| &row[x..x + 4]).map(|&luma| u32::from(luma)).sum();
        u8::try_from(sum / 16).unwrap()
    };
    rows.chunks_exact(4).flat_map(|rows| (0..width / 4).map(move |x| mean(rows, 4 * x))).collect()
}

/// Variance of the Laplacian (four neighbours less four times the pixel), the measure behind [`SHARPNESS_MIN`].
fn sharpness(width: usize, luma: &[u8]) -> f64 {
    let at = |place: usize| f64::from(luma[place]);
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    let rows = luma.len() / width;
    for place in (1..rows - 1).flat_map(|y| (1..width - 1).map(move |x| y * width + x)) {
        let around = at(place - 1) + at(place + 1) + at(place - width) + at(place + width);
        let laplacian = around - 4.0 * at(place);
        (sum, squares, count) = (sum + laplacian, squares + laplacian * laplacian, count + 1.0);
    }
    squares / count - (sum / count) * (sum / count)
}
