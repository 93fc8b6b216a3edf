package wire

// Object classes (partition 1) that can be polled.
const (
	ClassEnum     uint16 = 5
	ClassNumeric  uint16 = 6
	ClassWave     uint16 = 9
	ClassMDS      uint16 = 33
	ClassSingle   uint16 = 35 // the bed as the connect indication names it
	ClassPatient  uint16 = 42
	ClassAlerts   uint16 = 54
	PartitionObj  uint16 = 1
	PartitionData uint16 = 2 // SCADA: measurements
)

// Attribute groups of a poll.
const (
	GroupAll       uint16 = 0
	GroupAlarms    uint16 = 0x0801
	GroupValues    uint16 = 0x0803
	GroupPatient   uint16 = 0x0807
	GroupMDS       uint16 = 0x080A
	GroupMDSIdent  uint16 = 0x080B
	GroupMDSProduc uint16 = 0x080C
	GroupDynamic   uint16 = 0x0810
	GroupStatic    uint16 = 0x0811
)

// Attributes. The same number may mean another thing for another class.
const (
	AttrTechnicalAlarms uint16 = 0x0904
	AttrPatientAlarms   uint16 = 0x0902
	AttrAltitude        uint16 = 0x090C
	AttrArea            uint16 = 0x090D
	AttrColour          uint16 = 0x0911
	AttrAlarmCondition  uint16 = 0x0916
	AttrDisplayDigits   uint16 = 0x0917
	AttrGrid            uint16 = 0x091A
	AttrAssocNumber     uint16 = 0x091D
	AttrBedLabel        uint16 = 0x091E
	AttrHandle          uint16 = 0x0921
	AttrLabel           uint16 = 0x0924
	AttrLabelString     uint16 = 0x0927
	AttrModel           uint16 = 0x0928
	AttrProduction      uint16 = 0x092D
	AttrType            uint16 = 0x092F
	AttrLineFrequency   uint16 = 0x0935
	AttrLocale          uint16 = 0x0937
	AttrMetricSpec      uint16 = 0x093F
	AttrMetricState     uint16 = 0x0940
	AttrMode            uint16 = 0x0946
	AttrNomenclature    uint16 = 0x0948
	AttrNumericCompound uint16 = 0x094B
	AttrNumeric         uint16 = 0x0950
	AttrBSA             uint16 = 0x0956
	AttrPatientState    uint16 = 0x0957
	AttrBirth           uint16 = 0x0958
	AttrPatientID       uint16 = 0x095A
	AttrFamily          uint16 = 0x095C
	AttrGiven           uint16 = 0x095D
	AttrMiddle          uint16 = 0x095F
	AttrSex             uint16 = 0x0961
	AttrPatientType     uint16 = 0x0962
	AttrCalibration     uint16 = 0x0964
	AttrSamplesCompound uint16 = 0x0967
	AttrDisplayRange    uint16 = 0x096A
	AttrSampleSpec      uint16 = 0x096D
	AttrSamples         uint16 = 0x096E
	AttrScale           uint16 = 0x096F
	AttrSafety          uint16 = 0x0982
	AttrSystemID        uint16 = 0x0984
	AttrSystemSpec      uint16 = 0x0985
	AttrSystemType      uint16 = 0x0986
	AttrTimeAbsolute    uint16 = 0x0987
	AttrSamplePeriod    uint16 = 0x098D
	AttrTimeRelative    uint16 = 0x098F
	AttrStampAbsolute   uint16 = 0x0990
	AttrStampRelative   uint16 = 0x0991
	AttrUnit            uint16 = 0x0996
	AttrEnum            uint16 = 0x099E
	AttrMDSState        uint16 = 0x09A7
	AttrAge             uint16 = 0x09D8
	AttrHeight          uint16 = 0x09DC
	AttrWeight          uint16 = 0x09DF
	AttrFixedValues     uint16 = 0x0A16
	AttrPaced           uint16 = 0x0A1E
	AttrPatientInternal uint16 = 0xF001
	AttrNetAddress      uint16 = 0xF100
	AttrProtocols       uint16 = 0xF101
	AttrNotes1          uint16 = 0xF129
	AttrNotes2          uint16 = 0xF12A
	AttrBedLabelRaw     uint16 = 0xF135
	AttrGeneralInfo     uint16 = 0xF1FA
	AttrMaxObjects      uint16 = 0xF228
	AttrNumericList     uint16 = 0xF239
	AttrWaveList        uint16 = 0xF23A
	AttrPollPeriod      uint16 = 0xF13E
)

// Attributes of the association.
const (
	ProfilePoll       uint16 = 0x0001
	ProfileObjects    uint16 = 0x0102
	PackageExtensions uint16 = 0xF001
)

// Bits of the poll extensions that are asked for and granted.
const (
	ExtNumerics1s   uint32 = 0x80000000
	ExtNumerics12s  uint32 = 0x40000000
	ExtNumerics60s  uint32 = 0x20000000
	ExtNumerics300s uint32 = 0x10000000
	ExtWaves        uint32 = 0x08000000
	ExtEnums        uint32 = 0x04000000
	ExtNumericList  uint32 = 0x02000000
)

// Roles and starts of an association.
const (
	SystemClient uint32 = 0x80000000
	SystemServer uint32 = 0x00800000
	StartHot     uint32 = 0x80000000
	StartCold    uint32 = 0x20000000
)

// Events and actions.
const (
	EventMDSCreate  uint16 = 0x0D06
	EventIndication uint16 = 0x0D17
	ActionPoll      uint16 = 0x0C16
	ActionPollExt   uint16 = 0xF13B
)

// Bits of a measurement state.
const (
	StateInvalid      uint16 = 0x8000
	StateQuestionable uint16 = 0x4000
	StateUnavailable  uint16 = 0x2000
	StateCalibration  uint16 = 0x1000
	StateTest         uint16 = 0x0800
	StateDemo         uint16 = 0x0400
	StateValidated    uint16 = 0x0080
	StateEarly        uint16 = 0x0040
	StateOngoing      uint16 = 0x0020
	StateInAlarm      uint16 = 0x0002
	StateAlarmsOff    uint16 = 0x0001
)

// Operating modes.
const (
	ModeMonitoring uint16 = 0x4000
	ModeDemo       uint16 = 0x2000
	ModeService    uint16 = 0x1000
	ModeStandby    uint16 = 0x0002
)

// SampleMasked is the flag of a SampleSpec whose samples carry marks in the
// bits that are not significant: they must be masked before use.
const SampleMasked uint16 = 0x1000

// Kinds of fixed sample values.
const (
	FixedInvalid       uint16 = 1
	FixedPacer         uint16 = 2
	FixedDefibrillator uint16 = 3
	FixedSaturation    uint16 = 4
	FixedQRS           uint16 = 5
)

// Errors that a monitor answers with.
const (
	ErrNoClass      uint16 = 0
	ErrNoInstance   uint16 = 1
	ErrAccessDenied uint16 = 2
	ErrGetList      uint16 = 7
	ErrSetList      uint16 = 8
	ErrNoAction     uint16 = 9
	ErrProcessing   uint16 = 10
	ErrArgument     uint16 = 15
	ErrScope        uint16 = 16
)

// TicksPerSecond is the resolution of a relative time: 1/8 ms.
const TicksPerSecond = 8000

// BlockTicks is the span of one wave message: 256 ms.
const BlockTicks = 2048
