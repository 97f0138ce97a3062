//! Small dense symmetric matrices, row by row in one slice: what Newton steps and standard errors need.

/// Lower Cholesky factor of an `n` × `n` matrix, or the row at which what is left of the diagonal falls below
/// `tolerance` of what it was: that row is a combination of those before it.
pub(crate) fn cholesky(matrix: &[f64], n: usize, tolerance: f64) -> Result<Vec<f64>, usize> {
    let mut lower = vec![0.0; n * n];
    for row in 0..n {
        for column in 0..=row {
            let dot: f64 = (0..column).map(|k| lower[row * n + k] * lower[column * n + k]).sum();
            let rest = matrix[row * n + column] - dot;
            if row > column {
                lower[row * n + column] = rest / lower[column * n + column];
            } else if rest > tolerance * matrix[row * n + row] && rest > 0.0 && rest.is_finite() {
                lower[row * n + row] = rest.sqrt();
            } else {
                return Err(row);
            }
        }
    }
    Ok(lower)
}

/// Solution of `A x = b` by the factor of A.
pub(crate) fn solve(lower: &[f64], n: usize, b: &[f64]) -> Vec<f64> {
    let mut x = b.to_vec();
    for row in 0..n {
        let dot: f64 = (0..row).map(|k| lower[row * n + k] * x[k]).sum();
        x[row] = (x[row] - dot) / lower[row * n + row];
    }
    for row in (0..n).rev() {
        let dot: f64 = (row + 1..n).map(|k| lower[k * n + row] * x[k]).sum();
        x[row] = (x[row] - dot) / lower[row * n + row];
    }
    x
}

/// Inverse by the factor.
pub(crate) fn inverse(lower: &[f64], n: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; n * n];
    for column in 0..n {
        let mut unit = vec![0.0; n];
        unit[column] = 1.0;
        for (row, value) in solve(lower, n, &unit).into_iter().enumerate() {
            inverse[row * n + column] = value;
        }
    }
    inverse
}

/// Eigenvalues, smallest first, by cyclic Jacobi rotations.
pub(crate) fn eigenvalues(matrix: &[f64], n: usize) -> Vec<f64> {
    let mut m = matrix.to_vec();
    for _ in 0..60 {
        let off: f64 =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| m[i * n + j].abs()).sum();
        let size: f64 = (0..n).map(|i| m[i * n + i].abs()).sum();
        if off <= 1e-18 * size {
            break;
        }
        for i in 1..n {
            for j in 0..i {
                rotate(&mut m, n, i, j);
            }
        }
    }
    let mut values: Vec<f64> = (0..n).map(|i| m[i * n + i]).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Turns rows and columns `i` and `j` so that the entry between them vanishes.
fn rotate(m: &mut [f64], n: usize, i: usize, j: usize) {
    let between = m[i * n + j];
    if between == 0.0 {
        return;
    }
    let half = (m[j * n + j] - m[i * n + i]) / (2.0 * between);
    let tangent = half.signum() / (half.abs() + half.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for k in 0..n {
        let (left, right) = (m[k * n + i], m[k * n + j]);
        m[k * n + i] = cosine * left - sine * right;
        m[k * n + j] = sine * left + cosine * right;
    }
    for k in 0..n {
        let (left, right) = (m[i * n + k], m[j * n + k]);
        m[i * n + k] = cosine * left - sine * right;
        m[j * n + k] = sine * left + cosine * right;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRIX: [f64; 9] = [4.0, 1.0, 2.0, 1.0, 3.0, 0.5, 2.0, 0.5, 5.0];

    #[test]
    fn a_solution_and_an_inverse_undo_the_matrix() {
        let lower = cholesky(&MATRIX, 3, 0.0).expect("positive definite");
        let x = solve(&lower, 3, &[1.0, 2.0, 3.0]);
        for row in 0..3 {
            let back: f64 = (0..3).map(|k| MATRIX[row * 3 + k] * x[k]).sum();
            assert!((back - (row as f64 + 1.0)).abs() < 1e-14);
        }
        let inverse = inverse(&lower, 3);
        for (row, column) in [(0, 0), (1, 1), (0, 2)] {
            let entry: f64 = (0..3).map(|k| MATRIX[row * 3 + k] * inverse[k * 3 + column]).sum();
            assert!((entry - f64::from(u8::from(row == column))).abs() < 1e-14);
        }
    }

    #[test]
    fn eigenvalues_have_the_trace_and_the_determinant() {
        let values = eigenvalues(&MATRIX, 3);
        let lower = cholesky(&MATRIX, 3, 0.0).expect("positive definite");
        let determinant: f64 = (0..3).map(|i| lower[i * 3 + i].powi(2)).product();
        assert!((values.iter().sum::<f64>() - 12.0).abs() < 1e-12);
        assert!((values.iter().product::<f64>() - determinant).abs() < 1e-12);
        assert!(values.is_sorted());
    }

    #[test]
    fn a_row_that_repeats_others_is_named() {
        let twice = [1.0, 2.0, 2.0, 4.0];
        assert_eq!(cholesky(&twice, 2, 1e-9), Err(1));
        assert_eq!(cholesky(&[f64::NAN], 1, 1e-9), Err(0));
    }
}
