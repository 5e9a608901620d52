# ---- How payloads are read: the payload format of Bollard, version 1. The same for every schema. ----


class PayloadError(ValueError):
    """A payload that cannot be read. `code` is stable; `offset` is the byte where it goes wrong."""

    def __init__(self, code, offset):
        super().__init__("%s at byte %d" % (code, offset))
        self.code = code
        self.offset = offset


class _Bits:
    def __init__(self, data, at):
        self.data = data
        self.at = at

    @property
    def offset(self):
        return self.at >> 3

    def take(self, count):
        value = 0
        for _ in range(count):
            if self.at >> 3 >= len(self.data):
                raise PayloadError("PAYLOAD_TRUNCATED", len(self.data))
            value = value << 1 | (self.data[self.at >> 3] >> (7 - (self.at & 7))) & 1
            self.at += 1
        return value

    def number(self, last):
        """A whole number from 0 to `last`."""
        offset = self.offset
        value = self.take(last.bit_length())
        if value > last:
            raise PayloadError("PAYLOAD_STEP_ABOVE_RANGE", offset)
        return value

    def left(self, k, last):
        """What is left of a guess: section 7.3."""
        offset = self.offset
        ones = 0
        while ones < 16 and self.take(1):
            ones += 1
        if ones < 4:
            left = (ones << k) + self.take(k)
        elif ones < 16:
            left = (1 << (ones - 4 + k)) + self.take(ones - 4 + k) + (3 << k)
        else:
            left = self.take(last.bit_length())
        if left > last:
            raise PayloadError("PAYLOAD_STEP_ABOVE_RANGE", offset)
        return left


def _signed(value):
    return (value + 2**31) % 2**32 - 2**31


def _low(mean):
    return ((mean + 6) // 32).bit_length()


def _next_mean(mean, left, shift):
    return mean - (mean >> shift) + (min(left, 4095) << (4 - shift))


def _unleft(left, guess, last):
    near = min(guess, last - guess)
    if left > 2 * near:
        return guess + left - near if guess < last - guess else guess - left + near
    return guess - (left + 1) // 2 if left % 2 else guess + left // 2


class _Number:
    """One number of a row, from row to row."""

    def __init__(self, table, value):
        last, steps, mean, increment, trend, follows, shift = table
        self.last, self.steps, self.mean, self.increment = last, steps, mean, increment
        self.trend, self.follows, self.shift = trend, follows, shift
        self.guess = value if increment is None else increment
        self.value = value

    def later(self, bits, owner, is_quiet, change, shift):
        """Reads the number of a later row; what it differs by from its guess."""
        base = self.guess
        guess = base
        if self.follows and change:
            move = abs(change) >> self.shift
            guess += move if (change > 0) == (self.follows > 0) else -move
            guess = min(self.last, max(0, guess))
        left = 0 if is_quiet else bits.left(_low(owner.mean), self.last)
        number = _unleft(left, guess, self.last)
        by = number - base
        half = abs(by) // 2 * (-1 if by < 0 else 1)
        owner.mean = _next_mean(owner.mean, left, shift)
        self.guess = min(self.last, max(0, number + self.trend * half))
        if self.increment is None:
            self.value = number
        else:
            self.value = (self.value + number) % (self.last + 1)
        return by

    def real(self):
        low, resolution, scale = self.steps
        whole = low + self.value * resolution
        # A counter and what has no decimals stay whole numbers.
        return whole if scale == 1 and whole == int(whole) else whole / scale


class _Field:
    """One field of a row, from row to row."""

    def __init__(self, table):
        self.name, self.kind, self.optional, self.names, self.slots = table
        self.has_numbers = len(self.slots[0]) > 1
        self.is_blob = self.kind in ("text", "bytes")
        self.present = True
        self.numbers = []
        self.value = 0
        self.blob = "" if self.kind == "text" else b""

    def first(self, bits):
        read = [bits.number(slot[0]) if self.present else 0 for slot in self.slots]
        if self.has_numbers:
            self.numbers = [_Number(slot, value) for slot, value in zip(self.slots, read)]
            return
        self.value = read[0]
        if self.is_blob:
            self.read_blob(bits)

    def read_blob(self, bits):
        offset = bits.offset
        blob = bytes(bits.take(8) for _ in range(self.value))
        try:
            self.blob = blob.decode("utf-8") if self.kind == "text" else blob
        except UnicodeDecodeError:
            raise PayloadError("PAYLOAD_BAD_TEXT", offset) from None

    def means(self):
        """The numbers whose means may leave them out: of an array the first."""
        return self.numbers[:1] if self.kind == "array" else self.numbers

    def later(self, bits, quiet, quiet_numbers, change, shift):
        if not self.present:
            return 0 if self.has_numbers else change
        if not self.has_numbers:
            if not quiet and bits.take(1):
                if self.slots[0][0] == 1 and not self.is_blob:
                    self.value = 1 - self.value
                else:
                    self.value = bits.number(self.slots[0][0])
                if self.is_blob:
                    self.read_blob(bits)
            return change
        for number in self.numbers:
            owner = self.numbers[0] if self.kind == "array" else number
            is_quiet = quiet and owner in quiet_numbers
            change = number.later(bits, owner, is_quiet, change, shift)
        return change

    def read(self):
        if not self.present:
            return None
        if self.kind == "array":
            return [number.real() for number in self.numbers]
        if self.kind == "position":
            parts = ("latitude", "longitude", "altitude")
            return {part: number.real() for part, number in zip(parts, self.numbers)}
        if self.has_numbers:
            return self.numbers[0].real()
        if self.kind == "boolean":
            return self.value == 1
        if self.kind == "enum":
            return self.names[self.value]
        if self.kind == "flags":
            return [name for bit, name in enumerate(self.names) if self.value >> bit & 1]
        return self.blob


class _Clock:
    """The time, from row to row: sections 5 and 7.5."""

    def __init__(self, mode, milliseconds, interval):
        self.mode = mode
        self.milliseconds = milliseconds
        self.has_interval = interval is not None
        ticks = int((interval or 0) * (1000 if milliseconds else 1) + 0.5)
        self.interval = _signed(ticks)
        self.off = not self.has_interval
        self.mean = 0
        self.ticks = 0

    def first(self, bits, arrival):
        if self.mode == 0:
            return
        offset = bits.offset
        seconds = bits.take(16 if self.mode == 2 else 32)
        if self.mode == 2:
            if arrival is None:
                raise PayloadError("PAYLOAD_NO_ARRIVAL", offset)
            whole = int(arrival // 1)
            seconds = (whole + (seconds - whole + 2**15) % 2**16 - 2**15) % 2**32
        self.ticks = seconds
        if self.milliseconds:
            offset = bits.offset
            part = bits.take(10)
            if part > 999:
                raise PayloadError("PAYLOAD_BAD_MILLISECONDS", offset)
            self.ticks = seconds * 1000 + part

    def is_opening(self, row):
        return row == 1 and not self.has_interval

    def is_quiet(self, row):
        return self.mode != 0 and self.mean < 4 and not self.is_opening(row)

    def later(self, bits, is_quiet, row, shift):
        if self.mode == 0:
            return
        offset = bits.offset
        opening = self.is_opening(row)
        k = (11 if self.milliseconds else 6) if opening else _low(self.mean)
        left = 0 if is_quiet else bits.left(k, 2**32 - 1)
        error = -(left + 1) // 2 if left % 2 else left // 2
        step = _signed(self.interval + error)
        self.ticks += step
        if not self.milliseconds:
            self.ticks %= 2**32
        elif not 0 <= self.ticks < 2**32 * 1000:
            raise PayloadError("PAYLOAD_TIME_OUT_OF_RANGE", offset)
        if not opening:
            self.mean = _next_mean(self.mean, left, shift)
        if error != 0 and self.off:
            self.interval = step
        self.off = error != 0

    def seconds(self):
        return self.ticks / 1000 if self.milliseconds else self.ticks


def _read_header(data):
    def byte(index):
        if index >= len(data):
            raise PayloadError("PAYLOAD_TRUNCATED", len(data))
        return data[index]

    form = byte(0) >> 6
    mode = byte(0) >> 4 & 3
    milliseconds = byte(0) & 8 != 0
    if form == 2:
        raise PayloadError("PAYLOAD_PROTECTED", 0)
    if form == 3:
        raise PayloadError("PAYLOAD_RESERVED_FORM", 0)
    if byte(0) & 1 or (milliseconds and mode == 0):
        raise PayloadError("PAYLOAD_RESERVED_BIT", 0)
    at, schema_id, key = 1, None, None
    if byte(0) & 4:
        schema_id = byte(at)
        if schema_id > 127:
            schema_id = (schema_id - 128) * 256 + byte(at + 1)
            at += 1
            if schema_id < 128:
                raise PayloadError("PAYLOAD_BAD_SCHEMA_ID", at)
        if schema_id == 0:
            raise PayloadError("PAYLOAD_BAD_SCHEMA_ID", at)
        at += 1
    if byte(0) & 2:
        byte(at + 5)
        boot = int.from_bytes(data[at : at + 2], "little")
        key = {"boot": boot, "sequence": int.from_bytes(data[at + 2 : at + 6], "little")}
        at += 6
    return form, mode, milliseconds, schema_id, key, at


def schema_id_of(payload):
    """The id of the schema that a payload names; None where its carrier tells it, by its fPort."""
    return _read_header(bytes(payload))[3]


def decode_payload(schema, payload, arrival=None):
    """
    Reads a payload by a schema's table.

    Returns a dict: `readings`, a list of dicts with `values` by field name (None for what was not
    measured) and `time` in seconds; `time_mode`; and `key` where the payload has one.
    Raises PayloadError.
    """
    data = bytes(payload)
    form, mode, milliseconds, schema_id, key, at = _read_header(data)
    if schema_id is not None and schema_id != schema["id"]:
        raise PayloadError("PAYLOAD_WRONG_SCHEMA", 1)
    rows = 1
    if form == 1:
        if at >= len(data):
            raise PayloadError("PAYLOAD_TRUNCATED", len(data))
        rows = data[at]
        if rows == 0:
            raise PayloadError("PAYLOAD_BAD_ROW_COUNT", at)
        at += 1
    bits = _Bits(data, at * 8)
    clock = _Clock(mode, milliseconds, schema["interval"])
    fields = [_Field(table) for table in schema["fields"]]
    readings = []
    for row in range(rows):
        _read_row(row, bits, clock, fields, arrival)
        reading = {"values": {field.name: field.read() for field in fields}}
        if mode != 0:
            reading["time"] = clock.seconds()
        readings.append(reading)
    if bits.at & 7 and bits.take(8 - (bits.at & 7)) != 0:
        raise PayloadError("PAYLOAD_BAD_PADDING", bits.offset - 1)
    if bits.offset < len(data):
        raise PayloadError("PAYLOAD_TRAILING_BYTES", bits.offset)
    message = {"time_mode": ("none", "absolute", "16", "uptime")[mode], "readings": readings}
    if key is not None:
        message["key"] = key
    return message


def _read_mask(bits, fields):
    for field in fields:
        field.present = not field.optional or bits.take(1) == 1


def _read_row(row, bits, clock, fields, arrival):
    if row == 0:
        clock.first(bits, arrival)
        _read_mask(bits, fields)
        for field in fields:
            field.first(bits)
        return
    shift = 1 if row < 5 else 2
    has_mask = any(field.optional for field in fields)
    has_names = any(not field.has_numbers for field in fields)
    quiet_time = clock.is_quiet(row)
    quiet_numbers = [n for field in fields for n in field.means() if n.mean < 4]
    has_quiet = has_mask or has_names or quiet_time or bool(quiet_numbers)
    quiet = has_quiet and bits.take(1) == 0
    if not quiet and has_mask and bits.take(1):
        _read_mask(bits, fields)
    clock.later(bits, quiet and quiet_time, row, shift)
    change = 0
    for field in fields:
        change = field.later(bits, quiet, quiet_numbers, change, shift)
