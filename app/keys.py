"""Which key does what."""

from collections.abc import Callable

import pygame

from app.show import Show

KEYS: dict[int, Callable[[Show], None]] = {
    pygame.K_SPACE: Show.toggle,
    pygame.K_PAGEDOWN: Show.advance,
    pygame.K_PAGEUP: Show.back,
    pygame.K_LEFT: Show.back,
    pygame.K_RIGHT: Show.on,
    pygame.K_r: Show.restart,
    pygame.K_o: Show.hold,
    pygame.K_s: Show.skip,
    pygame.K_RETURN: Show.repeat,
    pygame.K_KP_ENTER: Show.repeat,
    pygame.K_d: Show.lessons,
    pygame.K_t: Show.next_theme,
    pygame.K_l: Show.next_language,
    pygame.K_COMMA: lambda show: show.sync.shift(-1),
    pygame.K_PERIOD: lambda show: show.sync.shift(1),
    pygame.K_i: Show.calibrate,
    pygame.K_p: Show.picture,
    pygame.K_f: Show.fullscreen,
    pygame.K_F11: Show.fullscreen,
    pygame.K_b: Show.black,
    pygame.K_h: Show.help,
    pygame.K_ESCAPE: Show.leave,
    pygame.K_q: Show.end,
    # learning
    pygame.K_v: lambda show: show.learner.predict(),
    pygame.K_w: lambda show: show.learner.fill(),
    pygame.K_x: lambda show: show.learner.wrong_loops(show.conductor),
    pygame.K_y: lambda show: show.learner.puzzle(show.conductor),
    pygame.K_g: lambda show: show.learner.sing(),
    pygame.K_e: lambda show: show.learner.harder(),
    # practising
    pygame.K_LEFTBRACKET: lambda show: show.practice.faster(-1),
    pygame.K_RIGHTBRACKET: lambda show: show.practice.faster(1),
    ord("{"): lambda show: show.practice.transpose(-1),
    ord("}"): lambda show: show.practice.transpose(1),
    pygame.K_u: Show.next_loop,
    pygame.K_c: lambda show: show.practice.count_in(),
    # sound
    pygame.K_m: lambda show: show.mix.mute(),
    pygame.K_j: lambda show: show.mix.sing_louder(-1),
    pygame.K_k: lambda show: show.mix.sing_louder(1),
    pygame.K_a: lambda show: show.mix.accompany(),
    pygame.K_n: lambda show: show.mix.next_backing(),
    pygame.K_z: lambda show: show.mix.only_click(),
    pygame.K_PLUS: lambda show: show.mix.louder(1),
    pygame.K_EQUALS: lambda show: show.mix.louder(1),
    pygame.K_KP_PLUS: lambda show: show.mix.louder(1),
    pygame.K_MINUS: lambda show: show.mix.louder(-1),
    pygame.K_KP_MINUS: lambda show: show.mix.louder(-1),
}
EVERYWHERE = frozenset({pygame.K_t, pygame.K_l, pygame.K_p, pygame.K_f, pygame.K_F11, pygame.K_b})
"""Keys that mean the same while an activity is open."""


def press(show: Show, key: int) -> None:
    """One key, as pygame numbers them; what is under the pointer is no longer explained."""
    show.point(None)
    open_everywhere = show.black_screen or key in EVERYWHERE
    if not open_everywhere and show.learner.press_activity(key):
        return
    if show.choose_lesson(key) or show.learner.press_exercise(key):
        return
    action = KEYS.get(key)
    if action is not None:
        action(show)
