    // ---- How payloads are read: the payload format of Bollard, version 1. The same for every schema. ----

    /** A payload that cannot be read; {@link #code} is stable, {@link #offset} the byte where it goes wrong. */
    public static final class PayloadException extends Exception {
        private static final long serialVersionUID = 1;
        public final String code;
        public final int offset;

        PayloadException(String code, int offset) {
            super(code + " at byte " + offset);
            this.code = code;
            this.offset = offset;
        }
    }

    /** What a payload holds. */
    public static final class Message {
        /** none, absolute, 16 or uptime. */
        public final String timeMode;
        /** Boot and sequence, which name the message for ever; null where it has none. */
        public final long[] key;
        public final List<Reading> readings = new ArrayList<>();

        Message(String timeMode, long[] key) {
            this.timeMode = timeMode;
            this.key = key;
        }
    }

    /**
     * One row. Time is in seconds, 0 without one. A value is a Double, Boolean, String, byte[], a List of
     * String for flags, a double[] of an array, or a Map of String to Double of a position; null for what
     * is missing.
     */
    public static final class Reading {
        public final double time;
        public final Map<String, Object> values = new LinkedHashMap<>();

        Reading(double time) {
            this.time = time;
        }
    }

    /** Numbers of a slot: last, m, r, scale (0 for a name), mean, increment (-1: none), trend, follows, shift. */
    private static final int LAST = 0, MIN = 1, STEP = 2, SCALE = 3, MEAN = 4, INCREMENT = 5, TREND = 6, FOLLOWS = 7,
            SHIFT = 8;

    private static final class Field {
        final String name;
        final String kind;
        final boolean optional;
        final String[] names;
        final long[][] slots;
        boolean present;
        final long[] numbers, guess, mean;
        byte[] blob = {};

        Field(String name, String kind, boolean optional, String[] names, long[][] slots) {
            this.name = name;
            this.kind = kind;
            this.optional = optional;
            this.names = names;
            this.slots = slots;
            numbers = new long[slots.length];
            guess = new long[slots.length];
            mean = new long[slots.length];
        }

        boolean isBlob() {
            return kind.equals("text") || kind.equals("bytes");
        }

        boolean hasNumbers() {
            return slots[0][SCALE] != 0;
        }

        boolean isArray() {
            return kind.equals("array");
        }
    }

    private static final class Decoder {
        final byte[] data;
        final Field[] fields;
        final double arrival, schemaInterval;
        int at, mode;
        boolean milliseconds, off;
        final boolean timed;
        long time, timeMean;
        int interval;

        Decoder(byte[] data, Field[] fields, double interval, double arrival) {
            this.data = data;
            this.fields = fields;
            this.arrival = arrival;
            timed = !Double.isNaN(interval);
            schemaInterval = timed ? interval : 0;
        }

        int byteAt(int index) throws PayloadException {
            if (index >= data.length) throw new PayloadException("PAYLOAD_TRUNCATED", data.length);
            return data[index] & 255;
        }

        long bits(int count) throws PayloadException {
            long value = 0;
            for (; count > 0; count--, at++) value = value << 1 | (byteAt(at >> 3) >> (7 - (at & 7)) & 1);
            return value;
        }

        static int width(long last) {
            return 64 - Long.numberOfLeadingZeros(last);
        }

        static long checked(long value, long last, int offset) throws PayloadException {
            if (value > last) throw new PayloadException("PAYLOAD_STEP_ABOVE_RANGE", offset);
            return value;
        }

        long number(long last) throws PayloadException {
            int offset = at >> 3;
            return checked(bits(width(last)), last, offset);
        }

        /** What is left of a guess: section 7.3. */
        long left(int k, long last) throws PayloadException {
            int offset = at >> 3, ones = 0;
            while (ones < 16 && bits(1) == 1) ones++;
            if (ones < 4) return checked(((long) ones << k) + bits(k), last, offset);
            if (ones < 16) return checked((1L << (ones - 4 + k)) + bits(ones - 4 + k) + (3L << k), last, offset);
            return checked(bits(width(last)), last, offset);
        }

        static long unleft(long left, long guess, long last) {
            long near = Math.min(guess, last - guess);
            if (left > 2 * near) return guess < last - guess ? guess + left - near : guess - left + near;
            return left % 2 == 1 ? guess - (left + 1) / 2 : guess + left / 2;
        }

        static long nextMean(long mean, long left, int shift) {
            return mean - (mean >> shift) + (Math.min(left, 4095) << (4 - shift));
        }

        static int low(long mean) {
            return width((mean + 6) / 32);
        }

        void readTime() throws PayloadException {
            if (mode == 0) return;
            int offset = at >> 3;
            long seconds = bits(mode == 2 ? 16 : 32);
            if (mode == 2) {
                if (Double.isNaN(arrival) || Double.isInfinite(arrival)) {
                    throw new PayloadException("PAYLOAD_NO_ARRIVAL", offset);
                }
                long whole = (long) Math.floor(arrival);
                seconds = whole + (short) (seconds - whole) & 0xffffffffL;
            }
            time = seconds;
            if (!milliseconds) return;
            offset = at >> 3;
            long part = bits(10);
            if (part > 999) throw new PayloadException("PAYLOAD_BAD_MILLISECONDS", offset);
            time = seconds * 1000 + part;
        }

        void readMask() throws PayloadException {
            for (Field field : fields) field.present = !field.optional || bits(1) == 1;
        }

        void readBlob(Field field) throws PayloadException {
            int offset = at >> 3;
            byte[] blob = new byte[(int) field.numbers[0]];
            for (int i = 0; i < blob.length; i++) blob[i] = (byte) bits(8);
            field.blob = blob;
            if (field.kind.equals("text")) text(blob, offset);
        }

        static String text(byte[] blob, int offset) throws PayloadException {
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(blob)).toString();
            } catch (CharacterCodingException error) {
                throw new PayloadException("PAYLOAD_BAD_TEXT", offset);
            }
        }

        void firstRow() throws PayloadException {
            readTime();
            readMask();
            for (Field field : fields) {
                for (int s = 0; s < field.slots.length; s++) {
                    long[] slot = field.slots[s];
                    long value = field.present ? number(slot[LAST]) : 0;
                    field.numbers[s] = value;
                    field.guess[s] = slot[INCREMENT] >= 0 ? slot[INCREMENT] : value;
                    field.mean[s] = slot[MEAN];
                }
                if (field.isBlob()) readBlob(field);
            }
            interval = (int) (long) Math.floor(schemaInterval * (milliseconds ? 1000 : 1) + 0.5);
            off = !timed;
        }

        void laterRow(int row) throws PayloadException {
            int shift = row < 5 ? 1 : 2;
            boolean opening = row == 1 && !timed, quietTime = mode != 0 && timeMean < 4 && !opening;
            boolean hasMask = false, hasQuiet = quietTime;
            boolean[][] quiets = new boolean[fields.length][];
            for (int f = 0; f < fields.length; f++) {
                Field field = fields[f];
                hasMask |= field.optional;
                quiets[f] = new boolean[field.slots.length];
                for (int s = 0; s < field.slots.length; s++) {
                    if (field.hasNumbers() && !(field.isArray() && s > 0)) quiets[f][s] = field.mean[s] < 4;
                    hasQuiet |= quiets[f][s] || !field.hasNumbers();
                }
            }
            hasQuiet |= hasMask;
            boolean quiet = hasQuiet && bits(1) == 0;
            if (!quiet && hasMask && bits(1) == 1) readMask();
            if (mode != 0) laterTime(quiet && quietTime, opening, shift);
            long change = 0;
            for (int f = 0; f < fields.length; f++) {
                Field field = fields[f];
                if (!field.present) {
                    if (field.hasNumbers()) change = 0;
                } else if (!field.hasNumbers()) {
                    laterName(field, quiet);
                } else {
                    for (int s = 0; s < field.slots.length; s++) {
                        int of = field.isArray() ? 0 : s;
                        change = laterNumber(field, s, of, quiet && quiets[f][of], change, shift);
                    }
                }
            }
        }

        void laterName(Field field, boolean quiet) throws PayloadException {
            if (quiet || bits(1) == 0) return;
            long last = field.slots[0][LAST];
            if (last == 1 && !field.isBlob()) field.numbers[0] = 1 - field.numbers[0];
            else field.numbers[0] = number(last);
            if (field.isBlob()) readBlob(field);
        }

        long laterNumber(Field field, int s, int of, boolean isQuiet, long change, int shift) throws PayloadException {
            long[] slot = field.slots[s];
            long last = slot[LAST], base = field.guess[s], guess = base;
            if (slot[FOLLOWS] != 0 && change != 0) {
                long move = Math.abs(change) >> slot[SHIFT];
                guess += change > 0 == slot[FOLLOWS] > 0 ? move : -move;
                guess = Math.min(last, Math.max(0, guess));
            }
            long left = isQuiet ? 0 : left(low(field.mean[of]), last);
            long number = unleft(left, guess, last), by = number - base;
            long half = Math.abs(by) / 2 * (by < 0 ? -1 : 1);
            field.mean[of] = nextMean(field.mean[of], left, shift);
            field.guess[s] = Math.min(last, Math.max(0, number + slot[TREND] * half));
            field.numbers[s] = slot[INCREMENT] >= 0 ? (field.numbers[s] + number) % (last + 1) : number;
            return by;
        }

        void laterTime(boolean isQuiet, boolean opening, int shift) throws PayloadException {
            int offset = at >> 3, k = opening ? (milliseconds ? 11 : 6) : low(timeMean);
            long left = isQuiet ? 0 : left(k, 0xffffffffL);
            long error = left % 2 == 1 ? -(left + 1) / 2 : left / 2;
            int step = (int) (interval + error);
            time += step;
            if (!milliseconds) time &= 0xffffffffL;
            else if (time < 0 || time >= 4294967296000L) throw new PayloadException("PAYLOAD_TIME_OUT_OF_RANGE", offset);
            if (!opening) timeMean = nextMean(timeMean, left, shift);
            if (error != 0 && off) interval = step;
            off = error != 0;
        }

        Object value(Field field) throws PayloadException {
            if (!field.present) return null;
            long number = field.numbers[0];
            switch (field.kind) {
                case "boolean":
                    return number == 1;
                case "enum":
                    return field.names[(int) number];
                case "flags":
                    List<String> set = new ArrayList<>();
                    for (int bit = 0; bit < field.names.length; bit++) if ((number >> bit & 1) == 1) set.add(field.names[bit]);
                    return set;
                case "text":
                    return text(field.blob, 0);
                case "bytes":
                    return field.blob;
                default:
            }
            double[] all = new double[field.slots.length];
            for (int s = 0; s < all.length; s++) {
                long[] slot = field.slots[s];
                all[s] = ((double) slot[MIN] + (double) field.numbers[s] * slot[STEP]) / slot[SCALE];
            }
            if (field.isArray()) return all;
            if (!field.kind.equals("position")) return all[0];
            String[] parts = { "latitude", "longitude", "altitude" };
            Map<String, Double> place = new LinkedHashMap<>();
            for (int part = 0; part < all.length; part++) place.put(parts[part], all[part]);
            return place;
        }

        Message read(int schemaId) throws PayloadException {
            int format = byteAt(0), form = format >> 6;
            mode = format >> 4 & 3;
            milliseconds = (format & 8) != 0;
            if (form == 2) throw new PayloadException("PAYLOAD_PROTECTED", 0);
            if (form == 3) throw new PayloadException("PAYLOAD_RESERVED_FORM", 0);
            if ((format & 1) != 0 || milliseconds && mode == 0) throw new PayloadException("PAYLOAD_RESERVED_BIT", 0);
            int next = 1, id = -1, rows = 1;
            if ((format & 4) != 0) {
                id = byteAt(next);
                if (id > 127) {
                    id = (id - 128) * 256 + byteAt(next + 1);
                    next++;
                    if (id < 128) throw new PayloadException("PAYLOAD_BAD_SCHEMA_ID", next);
                }
                if (id == 0) throw new PayloadException("PAYLOAD_BAD_SCHEMA_ID", next);
                next++;
            }
            long[] key = null;
            if ((format & 2) != 0) {
                byteAt(next + 5);
                key = new long[] { byteAt(next) + byteAt(next + 1) * 256, 0 };
                for (int i = 5; i > 1; i--) key[1] = key[1] << 8 | byteAt(next + i);
                next += 6;
            }
            if (id >= 0 && id != schemaId) throw new PayloadException("PAYLOAD_WRONG_SCHEMA", 1);
            if (form == 1) {
                rows = byteAt(next);
                if (rows == 0) throw new PayloadException("PAYLOAD_BAD_ROW_COUNT", next);
                next++;
            }
            at = next * 8;
            Message message = new Message(new String[] { "none", "absolute", "16", "uptime" }[mode], key);
            for (int row = 0; row < rows; row++) {
                if (row == 0) firstRow();
                else laterRow(row);
                Reading reading = new Reading(milliseconds ? time / 1000.0 : time);
                for (Field field : fields) reading.values.put(field.name, value(field));
                message.readings.add(reading);
            }
            int rest = at & 7;
            if (rest != 0 && bits(8 - rest) != 0) throw new PayloadException("PAYLOAD_BAD_PADDING", (at >> 3) - 1);
            if (at >> 3 < data.length) throw new PayloadException("PAYLOAD_TRAILING_BYTES", at >> 3);
            return message;
        }
    }
}
