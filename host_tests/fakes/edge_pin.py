"""EdgePin: an input pin whose interrupt handler runs with every edge the test makes."""


class EdgePin:
    """Idle high, as an S0 line with a pull-up."""

    IRQ_FALLING = 2
    IRQ_RISING = 4

    def __init__(self):
        self.level = 1
        self.handler = None
        self.trigger = 0
        self.options = None  # what irq() got besides
        self.is_held_up = False  # the VM is busy: interrupts run later
        self.waiting = 0  # of them

    def irq(self, handler, trigger, **options):
        self.options = options
        self.handler = handler
        self.trigger = trigger

    def value(self):
        return self.level

    def set(self, level):
        """Let the line change."""
        if level == self.level:
            return
        self.level = level
        if self.is_held_up:
            self.waiting += 1
        elif self.handler is not None:
            self.handler(self)

    def run_waiting(self):
        """Let the interrupts that waited run, each with the level of now."""
        self.is_held_up = False
        for _ in range(self.waiting):
            self.handler(self)
        self.waiting = 0
