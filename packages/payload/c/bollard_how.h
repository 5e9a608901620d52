/** How a slot is stored and how it travels, bit by bit. */
#ifndef BOLLARD_HOW_H
#define BOLLARD_HOW_H

#define BOLLARD_HOW_BYTE 0x01U     /**< stored in 8 bits; in 16 with neither this nor WIDE */
#define BOLLARD_HOW_WIDE 0x02U     /**< stored in 32 bits */
#define BOLLARD_HOW_CLAMP 0x04U    /**< out of range it is clamped */
#define BOLLARD_HOW_MISSING 0x08U  /**< out of range its field is missing */
#define BOLLARD_HOW_WHOLE 0x10U    /**< an enum, flags or a boolean: no deltas in a batch */
#define BOLLARD_HOW_BLOB 0x20U     /**< a length; so many bytes follow, in storage too */
#define BOLLARD_HOW_TEXT 0x40U     /**< these are UTF-8 */
#define BOLLARD_HOW_UNSIGNED 0x80U /**< clamped as an unsigned number */
#define BOLLARD_HOW_WRAP 0x100U    /**< a counter of fewer bits than its storage */

#endif
