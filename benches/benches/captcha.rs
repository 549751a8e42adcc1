//! What does a captcha cost, drawn and encoded?
//!
//! Floor: encoding the very same picture as a PNG.

use base64::Engine as _;
use criterion::{Criterion, criterion_group, criterion_main};
use engine::measuring::Challenges;
use std::hint::black_box;
use std::io::Cursor;
use std::time::Duration;

fn captcha(criterion: &mut Criterion) {
    let challenges = Challenges::start();
    let image = challenges.issue().expect("the system has random bytes").image;
    let file = image.rsplit_once(',').map(|(_, data)| base64::engine::general_purpose::STANDARD.decode(data));
    let file = file.and_then(Result::ok).expect("it is a data: URL");
    let mut reader = png::Decoder::new(Cursor::new(&file)).read_info().expect("it is a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("it is small")];
    let frame = reader.next_frame(&mut pixels).expect("it is a PNG");
    let mut group = criterion.benchmark_group("captcha");
    group.bench_function("floor/encode-its-picture", |bencher| {
        bencher.iter(|| {
            let mut file = Vec::new();
            let mut encoder = png::Encoder::new(&mut file, frame.width, frame.height);
            encoder.set_color(frame.color_type);
            encoder.set_depth(frame.bit_depth);
            encoder.set_compression(png::Compression::Fast);
            let written =
                encoder.write_header().and_then(|mut writer| writer.write_image_data(black_box(&pixels)));
            written.map(|()| file.len())
        });
    });
    group.bench_function("issue", |bencher| bencher.iter(|| challenges.issue()));
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = captcha
}
criterion_main!(group);
