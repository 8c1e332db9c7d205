"""Small pictures: made without losing what is in them, refused where they are none."""

import numpy as np
import pytest

from perception.face.picture import LONGEST_EDGE, brightness, check, small

KIND = "unit"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ((360, 480), (360, 480)),
        ((480, 640), (240, 320)),
        ((720, 1280), (240, 426)),
        ((1920, 1080), (480, 270)),
        ((481, 300), (240, 150)),
    ],
)
def test_a_picture_is_made_small(given: tuple[int, int], made: tuple[int, int]) -> None:
    picture = small(np.zeros((*given, 3), np.uint8))
    assert picture.shape == (*made, 3)
    check(picture)


def test_each_pixel_is_the_mean_of_those_it_stands_for() -> None:
    picture = np.zeros((600, 600, 3), np.uint8)
    picture[::2, ::2] = 200
    picture[1::2, 1::2, 0] = 100
    assert np.unique(small(picture)[..., 0]).tolist() == [75]
    assert np.unique(small(picture)[..., 1]).tolist() == [50]


def test_a_white_picture_stays_white() -> None:
    assert small(np.full((2160, 3840, 3), 255, np.uint8)).min() == 255


def test_brightness_weighs_colors_as_the_eye_does() -> None:
    red, green = np.zeros((2, 40, 40, 3), np.uint8)
    red[..., 0] = green[..., 1] = 100
    assert brightness(red) == pytest.approx(29.9)
    assert brightness(green) == pytest.approx(58.7)
    assert brightness(red[:0]) == 0


@pytest.mark.parametrize("shape", [(LONGEST_EDGE + 1, 10, 3), (0, 10, 3), (10, 0, 3), (10, 10, 4), (10, 10)])
def test_what_is_no_small_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a picture must be"):
        check(np.zeros(shape, np.uint8))
